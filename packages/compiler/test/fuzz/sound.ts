import { expect } from "vitest";
import { parse } from "yaml";
import {
  compile,
  FINDING_CODES,
  MANIFEST_SCHEMA,
  manifestFingerprint,
  schemaProblem,
  type CompileRequest,
  type CompileResult,
  type Finding,
} from "../../src/index.ts";

/** Compiles, and checks all that must hold whatever is compiled. */
export async function soundCompile(request: CompileRequest): Promise<CompileResult> {
  const result = await compile(request);
  const files = new Map([[request.file, request.text]]);
  if (request.connections !== undefined) files.set(request.connections.file, request.connections.text);
  for (const finding of result.findings) expectSoundFinding(finding, files);
  const errors = result.findings.filter(({ severity }) => severity === "error");
  if (!result.ok) {
    expect(errors).not.toEqual([]);
    return result;
  }
  expect(errors).toEqual([]);
  const { manifest, configs, files: written } = result.pipeline;
  const read: unknown = parse(written.get("manifest.yaml") ?? "");
  expect(schemaProblem(MANIFEST_SCHEMA, structuredClone(read), "the manifest")).toBeUndefined();
  expect(read).toEqual(JSON.parse(JSON.stringify(manifest)));
  expect(manifestFingerprint(manifest, configs)).toBe(manifest.fingerprints.manifest);
  const again = await compile(request);
  expect(again.ok && [...again.pipeline.files]).toEqual([...written]);
  return result;
}

// oxlint-disable-next-line no-control-regex -- these must not get to a terminal
const CONTROL = /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069]/;

/** A finding points into its file, and can be shown on a terminal. */
export function expectSoundFinding(finding: Finding, files: ReadonlyMap<string, string>): void {
  const { severity, code, message, hint = "", place, excerpt } = finding;
  expect(Object.keys(FINDING_CODES)).toContain(code);
  expect(["error", "warning"]).toContain(severity);
  expect(message).not.toBe("");
  for (const text of [message, hint, excerpt.text]) {
    expect(text).not.toMatch(CONTROL);
    expect(text.isWellFormed()).toBe(true);
    expect(text.length).toBeLessThanOrEqual(1_001);
  }
  const text = files.get(place.file);
  expect(text).toBeDefined();
  const lines = (text ?? "").replace(/^\uFEFF/, "").split("\n");
  const isIn = (line: number, column: number): boolean =>
    column >= 1 && column <= (lines[line - 1] ?? "").length + 1;
  expect({ finding, isIn: isIn(place.line, place.column) }).toEqual({ finding, isIn: true });
  expect({ finding, isIn: isIn(place.endLine, place.endColumn) }).toEqual({ finding, isIn: true });
  const behind = place.endLine - place.line || place.endColumn - place.column;
  expect(behind).toBeGreaterThanOrEqual(0);
  expect(excerpt.column).toBeGreaterThanOrEqual(1);
  expect(excerpt.column).toBeLessThanOrEqual(excerpt.text.length + 1);
}
