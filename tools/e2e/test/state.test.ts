import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BIN, osiris, osirisWith, outcomeOf } from "../src/osiris.ts";
import { project } from "../src/project.ts";

const STATE = ".osiris_state/orders";

/** A project whose pipeline orders has two steps with state, set one after the other. */
async function withState(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = project(files);
  await osiris(folder, "state", "set", "orders", "extract", '{"at":"2026-11-21"}');
  await osiris(folder, "state", "set", "orders", "customers", "7");
  return folder;
}

/** The states of one pipeline as `osiris state show` gives them, by step. */
async function shown(folder: string, ...args: readonly string[]): Promise<unknown> {
  const { stdout } = await osiris(folder, "state", "show", "orders", "--json", ...args);
  const { pipelines } = JSON.parse(stdout) as {
    pipelines: { steps: Record<string, { state: unknown }> }[];
  };
  const entries = Object.entries(pipelines[0]?.steps ?? {});
  return Object.fromEntries(entries.map(([step, { state }]) => [step, state]));
}

describe("osiris state", () => {
  test("show: all in a line each, one pipeline in full, one step, an earlier version", async () => {
    const folder = await withState();
    const all = await osiris(folder, "state", "show");
    expect(all.stdout).toMatch(/orders +extract +\{"at":"2026-11-21"\} +20\S+Z +osiris state set/);
    const one = await osiris(folder, "state", "show", "orders", "--step", "extract");
    expect(one.stdout).toContain('pipeline "orders": version 2 of 20');
    expect(one.stdout).toContain('  {\n    "at": "2026-11-21"\n  }');
    expect(one.stdout).not.toContain("customers");
    expect(await shown(folder)).toEqual({ customers: 7, extract: { at: "2026-11-21" } });
    expect(await shown(folder, "--at", "1")).toEqual({ extract: { at: "2026-11-21" } });
    const none = await osiris(project({}), "state", "show", "--json");
    expect(JSON.parse(none.stdout)).toMatchObject({ pipelines: [] });
    expect(none.exitCode).toBe(0);
  });

  test("history says what each version has changed; reset forgets, and the old is kept", async () => {
    const folder = await withState();
    const reset = await osiris(folder, "state", "reset", "orders", "--step", "extract", "--json");
    expect(JSON.parse(reset.stdout)).toEqual({
      status: "ok",
      pipeline: "orders",
      version: 3,
      forgotten: ["extract"],
    });
    const history = await osiris(folder, "state", "history", "orders");
    expect(history.stdout).toMatch(
      / 3 .*osiris state reset +forgot extract\n +2 .*set customers\n +1 .*set extract/,
    );
    expect(await shown(folder)).toEqual({ customers: 7 });
    const all = await osiris(folder, "state", "reset", "orders");
    expect(all.stdout).toContain("Forgot the state of customers");
    expect(all.stdout).toContain('"osiris state show orders --at 3" shows what it was');
    const again = await osiris(folder, "state", "reset", "orders");
    expect(again).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("nothing to forget") as string,
    });
    expect(await shown(folder)).toEqual({});
  });

  test("set takes JSON, a file or standard input", async () => {
    const folder = project({ "cursor.json": '\uFEFF{"from": "a file"}' });
    await osiris(folder, "state", "set", "orders", "extract", "@cursor.json");
    expect(await shown(folder)).toEqual({ extract: { from: "a file" } });
    const child = spawn(process.execPath, [BIN, "state", "set", "orders", "extract", "-"], { cwd: folder });
    child.stdin.end('["standard input"]');
    expect(await outcomeOf(child)).toMatchObject({ exitCode: 0 });
    expect(await shown(folder)).toEqual({ extract: ["standard input"] });
  });

  test("what export prints is restored by set --from, profiles too", async () => {
    const folder = await withState();
    await osiris(folder, "state", "set", "orders", "extract", "1", "--profile", "prod");
    const { stdout } = await osiris(folder, "state", "export");
    const elsewhere = project({ "backup.json": stdout });
    await osiris(elsewhere, "state", "set", "orders", "obsolete", "1");
    const restored = await osiris(elsewhere, "state", "set", "--from", "backup.json", "--json");
    expect(JSON.parse(restored.stdout)).toEqual({
      status: "ok",
      restored: [
        { pipeline: "orders", steps: ["customers", "extract"], version: 2 },
        { pipeline: "orders", profile: "prod", steps: ["extract"], version: 1 },
      ],
    });
    expect(await shown(elsewhere)).toEqual({ customers: 7, extract: { at: "2026-11-21" } });
    expect(await shown(elsewhere, "--profile", "prod")).toEqual({ extract: 1 });
  });

  test("lives where it is told to, and osiris.yaml says how many versions are kept", async () => {
    const folder = project({ "osiris.yaml": "state: { keep: 3 }\n", "deep/er/x": "" });
    for (let n = 1; n <= 5; n++) await osiris(folder, "state", "set", "orders", "extract", String(n));
    const history = await osiris(join(folder, "deep/er"), "state", "history", "orders", "--json");
    const { versions } = JSON.parse(history.stdout) as { versions: { version: number }[] };
    expect(versions.map(({ version }) => version)).toEqual([5, 4, 3]);
    const variables = { OSIRIS_STATE: "by-variable" };
    await osirisWith(variables, folder, "state", "set", "orders", "extract", "1");
    expect(readFileSync(join(folder, "by-variable/orders/00000001.json"), "utf8")).toContain('"extract"');
    await osirisWith(variables, folder, "state", "set", "orders", "extract", "1", "--state-dir", "by-option");
    expect(readFileSync(join(folder, "by-option/orders/00000001.json"), "utf8")).toContain('"extract"');
  });
});

describe("osiris state refuses", () => {
  const mistakes: readonly [string, readonly string[], string][] = [
    ["a pipeline that it does not know", ["history", "order"], 'Did you mean "orders"?'],
    ["a profile that it does not know", ["reset", "orders", "--profile", "p"], "without --profile"],
    ["a step that it does not know", ["reset", "orders", "--step", "extrakt"], 'Did you mean "extract"?'],
    ["a version that is not kept", ["show", "orders", "--at", "9"], "Kept are 1 to 2."],
    ["what is no JSON", ["set", "orders", "extract", "2026-11-21"], "A text needs quotes"],
    [
      "a number that would be rounded",
      ["set", "orders", "extract", '{"id":9007199254740993}'],
      'Give it as a text: "9007199254740993"',
    ],
    ["too few words", ["set", "orders", "extract"], "Name the pipeline, the step and its state"],
    ["a name that no step can have", ["set", "orders", "Extract", "1"], "No step can be called"],
    ["a name that no pipeline can have", ["set", "../orders", "extract", "1"], "can be called"],
    ["a file that is not there", ["set", "orders", "extract", "@nowhere.json"], "nowhere.json"],
    ["what is no export", ["set", "--from", "package.json"], 'not what "osiris state export" writes'],
  ];
  test.each(mistakes)("%s", async (_, args, text) => {
    const folder = await withState({ "package.json": "{}" });
    const { exitCode, stdout, stderr } = await osiris(folder, "state", ...args, "--json");
    expect(stderr).toContain(text);
    expect(JSON.parse(stdout)).toMatchObject({ status: "error", category: "usage" });
    expect(exitCode).toBe(2);
    expect(await shown(folder)).toEqual({ customers: 7, extract: { at: "2026-11-21" } });
  });

  test("to change what a running pipeline builds on", async () => {
    const folder = await withState();
    const locks = join(folder, ".osiris_sessions/locks/orders");
    rmSync(locks, { recursive: true });
    mkdirSync(locks, { recursive: true });
    const holder = {
      run_id: "20261121T030924657Z-aaaaaa",
      process: { pid: process.pid, host: hostname() },
      since: "2026-11-21T03:09:24.657Z",
    };
    writeFileSync(join(locks, "00000001.json"), JSON.stringify(holder));
    for (const args of [
      ["reset", "orders"],
      ["set", "orders", "extract", "1"],
    ]) {
      const { exitCode, stdout, stderr } = await osiris(folder, "state", ...args, "--json");
      expect(stderr).toContain("Run 20261121T030924657Z-aaaaaa of pipeline");
      expect(JSON.parse(stdout)).toMatchObject({ code: "run.running", category: "resource" });
      expect(exitCode).toBe(1);
    }
    expect(await shown(folder)).toEqual({ customers: 7, extract: { at: "2026-11-21" } });
  });

  test("a torn file: never taken for no state, and the way out works", async () => {
    const folder = await withState();
    writeFileSync(join(folder, STATE, "00000002.json"), '{"format": 1, "pipe');
    for (const args of [
      ["show"],
      ["show", "orders"],
      ["reset", "orders"],
      ["set", "orders", "extract", "1"],
    ]) {
      const { exitCode, stderr } = await osiris(folder, "state", ...args);
      expect(stderr).toContain(`${STATE}/00000002.json is no JSON, or only the beginning of it`);
      expect(stderr).toContain("move it away: version 1 then is the current one");
      expect(exitCode).toBe(1);
    }
    rmSync(join(folder, STATE, "00000002.json"));
    expect(await shown(folder)).toEqual({ extract: { at: "2026-11-21" } });
  });
});
