import { isRecord } from "@osiris/compiler";
import type { JsonValue } from "@osiris/core";
import type { PipelineKey, StateVersion } from "@osiris/runtime";
import { usage } from "./usage-error.ts";

const FORMAT = 1;

/** The states of a pipeline, as `osiris state` shows and exports them. */
export type StateDocument = PipelineKey & StateVersion;

/** All of `osiris state export`. */
export interface StateExport {
  readonly format: number;
  readonly pipelines: readonly StateDocument[];
}

export function stateExport(pipelines: readonly StateDocument[]): StateExport {
  return { format: FORMAT, pipelines };
}

/** What a restore needs of an export. */
export interface ExportedState extends PipelineKey {
  readonly steps: ReadonlyMap<string, JsonValue>;
}

/** @throws OsirisError `cli.usage`; `where` names the text in it */
export function parseExport(text: string, where: string): readonly ExportedState[] {
  const value = parseState(text, where);
  if (!isRecord(value) || !Array.isArray(value["pipelines"])) throw noExport(where);
  if (value["format"] !== FORMAT) throw usage(`${where} comes from a newer version of Osiris`);
  return value["pipelines"].map((item: unknown) => exportedState(item, where));
}

function exportedState(item: unknown, where: string): ExportedState {
  if (!isRecord(item)) throw noExport(where);
  const { pipeline, profile, steps } = item;
  if (typeof pipeline !== "string" || !isRecord(steps)) throw noExport(where);
  if (profile !== undefined && typeof profile !== "string") throw noExport(where);
  const states = Object.entries(steps).map(([step, entry]): [string, JsonValue] => {
    if (!isRecord(entry) || entry["state"] === undefined) throw noExport(where);
    return [step, entry["state"] as JsonValue];
  });
  return { pipeline, ...(profile === undefined ? {} : { profile }), steps: new Map(states) };
}

/**
 * A state as JSON text. A number that would come out as another one is refused, not rounded.
 * @throws OsirisError `cli.usage`; `where` names the text in it
 */
export function parseState(text: string, where: string): JsonValue {
  try {
    return JSON.parse(text, (_, value: unknown, ...[context]: readonly unknown[]) => {
      if (typeof value === "number") assertExact(value, (context as { source: string }).source, where);
      return value;
    }) as JsonValue;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw usage(`${where} is not JSON: ${error.message}`, `A text needs quotes: '"2026-11-21"'.`);
  }
}

function assertExact(value: number, source: string, where: string): void {
  if (/^-?\d+$/.test(source) ? Number.isSafeInteger(value) : Number.isFinite(value)) return;
  throw usage(`${where}: ${source} is too large for a JSON number`, `Give it as a text: "${source}".`);
}

function noExport(where: string): Error {
  return usage(`${where} is not what "osiris state export" writes`);
}
