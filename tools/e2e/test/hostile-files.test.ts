import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { osiris, type Outcome } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

async function validate(text: string | Uint8Array): Promise<Outcome> {
  const folder = project({});
  writeFileSync(join(folder, "p.yaml"), text);
  return osiris(folder, "validate", "p.yaml");
}

const sql = (query: string): string =>
  pipeline(
    `  - { id: q, component: duckdb.processor, mode: transform, config: { query: ${JSON.stringify(query)} } }\n`,
  );
const laughs = "bcdefgh"
  .split("")
  .map((key, n) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[n]}`).join(",")}]`)
  .join("\n");

describe("a file that is out to hurt ends in a finding", () => {
  const cases: readonly (readonly [what: string, text: () => string | Uint8Array, code: string])[] = [
    ["50 MB", () => "a: b\n".repeat(10_000_000), "yaml.too_large"],
    ["a line of 7 MB", () => `a: "${"x".repeat(7_000_000)}"\n`, "oml.missing_key"],
    ["a million steps", () => `steps:\n${"- {}\n".repeat(1_000_000)}`, "yaml.too_large"],
    ["nesting without end", () => `a: ${"[".repeat(100_000)}`, "yaml.too_deep"],
    [
      "mappings without end",
      () => Array.from({ length: 2000 }, (_, n) => `${" ".repeat(n)}a:`).join("\n"),
      "yaml.too_deep",
    ],
    ["a billion laughs", () => `a: &a [x,x,x,x,x,x,x,x,x]\n${laughs}\n`, "yaml.aliases"],
    [
      "50,000 keys that mean nothing",
      () => Array.from({ length: 50_000 }, (_, n) => `k${n}: 1`).join("\n"),
      "oml.unknown_key",
    ],
    ["a tag that wants code", () => pipeline("  - !!js/function 'x'\n"), "yaml.tag"],
    ["NUL characters", () => pipeline("  - { id: a\u0000 }\n"), "yaml.syntax"],
    ["orders to a terminal", () => pipeline("  - { id: a\u001b[31m }\n"), "yaml.syntax"],
    ["SQL that is nested 5,000 deep", () => sql(`SELECT ${"abs(".repeat(5000)}1${")".repeat(5000)}`), "sql."],
    ["a megabyte of SQL", () => sql(`SELECT ${"1 + ".repeat(250_000)}x`), "sql."],
  ];

  test.each(cases)("%s", { timeout: 60_000 }, async (_what, text, code) => {
    const { exitCode, stdout, stderr } = await validate(text());
    expect(stderr).toContain(`[${code}`);
    expect(stdout + stderr).not.toMatch(/\n\s+at .*:\d+|internal\.|call stack/i);
    expect(exitCode).toBe(2);
  });

  test("bytes that are no text are told from a pipeline", async () => {
    const { exitCode, stderr } = await validate(new Uint8Array([0xff, 0xfe, 0x00, 0x80]));
    expect(stderr).toMatch(/not in UTF-8/);
    expect(exitCode).toBe(2);
  });

  test.each([
    "SELECT length(repeat('x', 4000000000)) AS n",
    "FROM repeat(list_sum(range(3000000000)), 1)",
    "SELECT list_sum(range(3000000000)) AS n",
  ])(
    "a query that computes for minutes is not computed when it is only checked: %s",
    { timeout: 60_000 },
    async (query) => {
      const { exitCode } = await validate(sql(query));
      expect(exitCode).toBe(0);
    },
  );
});
