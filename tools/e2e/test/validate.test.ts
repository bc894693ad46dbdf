import { describe, expect, test } from "vitest";
import { osiris } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const READ =
  "  - { id: people, component: filesystem.csv_extractor, mode: read, config: { path: people.csv } }\n";
const OLD = READ.replace("component:", "uses:");

const FILES = {
  "good.yaml": pipeline(READ),
  "old.yaml": pipeline(OLD),
  "bad.yaml": pipeline(READ.replace("path:", "pth:")),
};

interface Findings {
  readonly status: string;
  readonly pipelines?: readonly { readonly file: string }[];
  readonly findings: readonly Readonly<Record<string, unknown>>[];
}

describe("osiris validate", () => {
  test("takes several pipelines, and reports the mistakes of all in one document", async () => {
    const folder = project(FILES);
    const { exitCode, stdout, stderr } = await osiris(
      folder,
      "validate",
      "good.yaml",
      "old.yaml",
      "bad.yaml",
      "--json",
    );
    const { status, findings } = JSON.parse(stdout) as Findings;
    expect(status).toBe("error");
    expect(findings).toEqual([
      {
        severity: "warning",
        code: "oml.alias",
        message: '"uses" is an old name of "component"',
        hint: 'Write "component".',
        file: "old.yaml",
        line: 4,
        column: 19,
        end_line: 4,
        end_column: 23,
        text: OLD.trimEnd(),
      },
      expect.objectContaining({ code: "config.unknown_key", file: "bad.yaml", line: 4 }),
    ]);
    expect(stderr).toContain("1 mistake;");
    expect(exitCode).toBe(2);
  });

  test("is content with warnings, and shows them", async () => {
    const folder = project(FILES);
    const { exitCode, stdout, stderr } = await osiris(folder, "validate", "good.yaml", "old.yaml");
    expect(stdout).toBe("good.yaml: ok, 1 step\nold.yaml: ok, 1 step\n");
    expect(stderr).toContain('old.yaml:4:19: warning: "uses" is an old name of "component" [oml.alias]');
    expect(exitCode).toBe(0);
    const json = JSON.parse((await osiris(folder, "validate", "old.yaml", "--json")).stdout) as Findings;
    expect(json).toMatchObject({
      status: "ok",
      pipelines: [{ file: "old.yaml", pipeline: "test", steps: 1 }],
    });
    expect(json.findings.map(({ severity }) => severity)).toEqual(["warning"]);
  });

  test("shows a hundred of many mistakes, and --json all", async () => {
    const steps = Array.from({ length: 150 }, (_, n) =>
      READ.replace("people", `p${n}`).replace("path:", "pth:"),
    );
    const folder = project({ "many.yaml": pipeline(steps.join("")) });
    const { stderr } = await osiris(folder, "validate", "many.yaml");
    expect(stderr.match(/error:/g)).toHaveLength(100);
    expect(stderr).toContain("… and 50 more; --json gives all of them.");
    const json = JSON.parse((await osiris(folder, "validate", "many.yaml", "--json")).stdout) as Findings;
    expect(json.findings).toHaveLength(150);
  });
});
