import { isRecord } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import { keyText, type PipelineKey } from "../pipeline-key.ts";
import type { StateAuthor, StateVersion, StepState } from "./state-store.ts";

const FORMAT = 1;

/** The text of a version's file. */
export function versionText(key: PipelineKey, version: StateVersion): string {
  return `${JSON.stringify({ format: FORMAT, ...key, ...version }, null, 2)}\n`;
}

/**
 * The version in a file.
 * @param hint what to do when it cannot be read
 * @throws OsirisError `state.unreadable`, `state.newer_format`
 */
export function parseStateText(
  text: string,
  expected: { readonly file: string; readonly key: PipelineKey; readonly version: number },
  hint: string,
): StateVersion {
  const { file, key } = expected;
  const unreadable = (why: string): OsirisError =>
    new OsirisError({
      code: "state.unreadable",
      category: "resource",
      message: `The state of ${keyText(key)} cannot be read: ${file} ${why}`,
      hint,
    });
  if (text.trim() === "") throw unreadable("is empty");
  const value = parseJson(text, unreadable);
  if (!isRecord(value) || typeof value["format"] !== "number") throw unreadable("is no state file");
  if (value["format"] > FORMAT) throw newerFormat(file);
  if (!isStateFile(value)) throw unreadable("is no state file, or was changed by hand");
  const { pipeline, profile, version, committed_at, by, steps } = value;
  if (pipeline !== key.pipeline || profile !== key.profile) {
    throw unreadable(`is that of ${keyText({ pipeline, ...(profile === undefined ? {} : { profile }) })}`);
  }
  if (version !== expected.version) throw unreadable(`is version ${version}`);
  return { version, committed_at, by, steps };
}

function parseJson(text: string, unreadable: (why: string) => OsirisError): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable("is no JSON, or only the beginning of it");
  }
}

function newerFormat(file: string): OsirisError {
  return new OsirisError({
    code: "state.newer_format",
    category: "usage",
    message: `${file} was written by a newer version of Osiris`,
    hint: "Use that version, or another --state-dir.",
  });
}

function isStateFile(value: Readonly<Record<string, unknown>>): value is PipelineKeyed {
  const { pipeline, profile, version, committed_at, by, steps } = value;
  return (
    typeof pipeline === "string" &&
    (profile === undefined || typeof profile === "string") &&
    typeof version === "number" &&
    typeof committed_at === "string" &&
    isAuthor(by) &&
    isRecord(steps) &&
    Object.values(steps).every(isStepState)
  );
}

type PipelineKeyed = Readonly<Record<string, unknown>> & PipelineKey & StateVersion;

function isStepState(value: unknown): value is StepState {
  return (
    isRecord(value) &&
    value["state"] !== undefined &&
    typeof value["committed_at"] === "string" &&
    isAuthor(value["by"])
  );
}

function isAuthor(value: unknown): value is StateAuthor {
  return isRecord(value) && (typeof value["run_id"] === "string" || typeof value["command"] === "string");
}
