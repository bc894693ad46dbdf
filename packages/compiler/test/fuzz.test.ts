import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readSpec, reviewSpec, type CompileRequest } from "../src/index.ts";
import { arbitrarySql, arbitraryText, mutated, restructured } from "./fuzz/arbitraries.ts";
import { components, CONNECTIONS, PIPELINE, SPEC } from "./fuzz/components.ts";
import { parameters, TIMEOUT_MS } from "./fuzz/runs.ts";
import { expectSoundFinding, soundCompile } from "./fuzz/sound.ts";

const connections = { text: CONNECTIONS, file: "osiris_connections.yaml" };
const request = (text: string, more: Partial<CompileRequest> = {}): CompileRequest => ({
  text,
  file: "pipeline.yaml",
  components,
  connections,
  ...more,
});

/** Another profile and parameters now and then, right and wrong ones. */
const choice = fc.constantFrom<Partial<CompileRequest>>(
  {},
  {},
  { profile: "prod", params: { rate: "2" } },
  { profile: "nope", params: { top: "1000", unheard_of: "1", all: "maybe" } },
);

test("what is mutated here is right as it is", async () => {
  const result = await soundCompile(request(PIPELINE));
  expect(result.findings.map(({ code }) => code)).toEqual([
    "connection.override_warning",
    "oml.alias",
    "oml.alias",
  ]);
  expect(result.ok).toBe(true);
  const spec = readSpec(SPEC, "spec.yaml");
  reviewSpec(spec);
  expect(spec.report.findings()).toEqual([]);
});

describe("compile() resolves with findings that can be shown, for", () => {
  const pipelines: readonly (readonly [what: string, texts: fc.Arbitrary<string>, runs: number])[] = [
    ["any text", arbitraryText, 200],
    ["a pipeline with mistakes in its text", mutated(PIPELINE), 250],
    ["a pipeline with any value in any place", restructured(PIPELINE), 150],
  ];
  test.each(pipelines)("%s", { timeout: TIMEOUT_MS }, async (_, texts, runs) => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(texts, choice, async (text, more) => {
        await soundCompile(request(text, more));
      }),
      parameters(runs),
    );
  });

  test("any SQL", { timeout: TIMEOUT_MS }, async () => {
    expect.hasAssertions();
    await fc.assert(
      fc.asyncProperty(arbitrarySql, async (sql) => {
        const query = `      query: ${JSON.stringify(sql)}\n`;
        await soundCompile(request(PIPELINE.replace(/ {6}query: \|\n(?: {8}.*\n)+/, () => query)));
      }),
      parameters(200),
    );
  });

  test("any osiris_connections.yaml", { timeout: TIMEOUT_MS }, async () => {
    expect.hasAssertions();
    const texts = fc.oneof(arbitraryText, mutated(CONNECTIONS), restructured(CONNECTIONS));
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        await soundCompile(request(PIPELINE, { connections: { text, file: "osiris_connections.yaml" } }));
      }),
      parameters(150),
    );
  });
});

test("readSpec() reads any text", { timeout: TIMEOUT_MS }, () => {
  const texts = fc.oneof(arbitraryText, mutated(SPEC), restructured(SPEC));
  fc.assert(
    fc.property(texts, (text) => {
      const file = readSpec(text, "spec.yaml");
      reviewSpec(file);
      const { spec, report } = file;
      const findings = report.findings();
      for (const finding of findings) expectSoundFinding(finding, new Map([["spec.yaml", text]]));
      expect(spec === undefined).toBe(findings.some(({ severity }) => severity === "error"));
    }),
    parameters(250),
  );
});
