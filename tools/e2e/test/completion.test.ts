import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { BIN, osiris } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const PIPELINE = pipeline(`  - id: numbers
    component: duckdb.processor
    mode: transform
    config: { query: SELECT 1 AS n }
`);

/** What bash offers for the words of a command line, with the cursor behind the last. */
async function offers(folder: string, ...words: readonly string[]): Promise<readonly string[]> {
  writeFileSync(join(folder, "osiris"), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  chmodSync(join(folder, "osiris"), 0o755);
  const script = `source <(osiris completion bash)
    COMP_WORDS=(osiris "$@"); COMP_CWORD=$#
    _osiris
    for word in "\${COMPREPLY[@]}"; do echo "$word"; done`;
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"] ?? ""}` };
  const text = execFileSync("bash", ["-c", script, "bash", ...words], { cwd: folder, env, encoding: "utf8" });
  return text.split("\n").filter((line) => line !== "");
}

test("bash completes commands, options, choices, files, runs, steps and components", async () => {
  const folder = project({ "pipeline.yaml": PIPELINE, "notes.txt": "", "more/other.yml": PIPELINE });
  await osiris(folder, "run", "pipeline.yaml");
  const [run] = JSON.parse((await osiris(folder, "runs", "list", "--json")).stdout) as { run_id: string }[];
  const id = run?.run_id ?? "";
  expect(await offers(folder, "ru")).toEqual(["run", "runs"]);
  expect(await offers(folder, "runs", "")).toEqual(["list", "show", "help"]);
  expect(await offers(folder, "help", "comp")).toEqual(["compile", "components", "completion"]);
  expect(await offers(folder, "run", "pipeline.yaml", "--pro")).toEqual(["--profile", "--progress"]);
  expect(await offers(folder, "run", "--progress", "")).toEqual(["auto", "plain", "json", "none"]);
  expect(await offers(folder, "run", "--progress", "=")).toEqual(["auto", "plain", "json", "none"]);
  expect(await offers(folder, "run", "--progress", "=", "j")).toEqual(["json"]);
  expect(await offers(folder, "schema", "co")).toEqual(["connections"]);
  expect((await offers(folder, "run", "")).toSorted()).toEqual([".osiris_sessions", "more", "pipeline.yaml"]);
  expect(await offers(folder, "validate", "pipeline.yaml", "more/o")).toEqual(["more/other.yml"]);
  expect(await offers(folder, "run", "--base-dir", "m")).toEqual(["more"]);
  expect(await offers(folder, "runs", "show", "")).toEqual(["last", id]);
  expect(await offers(folder, "query", "SELECT 1", "--run", id.slice(0, 4))).toEqual([id]);
  expect(await offers(folder, "preview", "")).toEqual(["numbers"]);
  expect(await offers(folder, "runs", "list", "--pipeline", "")).toEqual(["test"]);
  expect(await offers(folder, "components", "show", "duck")).toEqual(["duckdb.processor"]);
});

test("nothing in the command line is run, and nothing that is broken is shown", async () => {
  const folder = project({ "osiris.yaml": "drivers: {" });
  expect(await offers(folder, "query", "$(touch evil) `touch evil`", "--l")).toEqual(["--limit"]);
  expect(existsSync(join(folder, "evil"))).toBe(false);
  expect(await offers(folder, "components", "show", "")).toEqual([]);
});

test.each(["bash", "zsh", "fish"])("the script for %s asks the program", async (shell) => {
  const { stdout, exitCode } = await osiris(project({}), "completion", shell);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("command osiris __complete ");
});
