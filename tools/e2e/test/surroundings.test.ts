import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BIN, osiris, osirisWith, outcomeOf } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const ONE = pipeline(
  "  - { id: a, component: duckdb.processor, mode: transform, config: { query: SELECT 1 AS n } }\n",
);

describe("surroundings that are broken", () => {
  const cases: readonly (readonly [
    name: string,
    files: Readonly<Record<string, string>>,
    args: readonly string[],
    says: RegExp,
  ])[] = [
    ["a package.json that is no JSON", { "package.json": "{" }, [], /package\.json: .*JSON/],
    ["an empty package.json", { "package.json": "" }, [], /package\.json: /],
    ["a sessions folder that is a file", { here: "" }, ["--sessions-dir", "here"], /help: /],
    ["an osiris.yaml that is no YAML", { "osiris.yaml": "a: [" }, [], /osiris\.yaml:1:\d+: error: /],
    [
      "a pattern in osiris.yaml that matches nothing",
      { "osiris.yaml": "components: { deny: ['filesystem*'] }" },
      [],
      /osiris\.yaml:1:22: .*must match/,
    ],
    ["a memory limit that is none", {}, ["--memory-limit", "banana"], /--memory-limit.*size such as 512MB/],
    ["a temp size that is none", {}, ["--max-temp-size", "-1"], /--max-temp-size.*size such as 512MB/],
    ["threads beyond reason", {}, ["--threads", "99999999"], /at most 1024/],
    ["a temp folder that is a file", { here: "" }, ["--temp-directory", "here"], /help: /],
  ];

  test.each(cases)("%s", async (_name, files, args, says) => {
    const folder = project({ "pipeline.yaml": ONE, ...files });
    const text = await osiris(folder, "run", "pipeline.yaml", ...args);
    expect(text.stderr).toMatch(says);
    expect(text.stderr).not.toMatch(/internal|defect|\n\s+at .*:\d+/);
    expect(text.exitCode).toBe(2);
    const json = await osiris(folder, "run", "pipeline.yaml", ...args, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ status: "error", category: "usage" });
  });

  test.each(["x", "0", "1"])("a thread pool of %j", async (size) => {
    const folder = project({ "pipeline.yaml": ONE });
    const run = await osirisWith({ UV_THREADPOOL_SIZE: size }, folder, "run", "pipeline.yaml");
    expect(run.exitCode).toBe(0);
  });

  test("a pipeline file that is not in UTF-8", async () => {
    const folder = project({});
    writeFileSync(
      join(folder, "pipeline.yaml"),
      Buffer.from(ONE.replace("name: test", "name: test # caf\u00e9"), "latin1"),
    );
    const { exitCode, stderr } = await osiris(folder, "run", "pipeline.yaml");
    expect(stderr).toMatch(/is not in UTF-8/);
    expect(exitCode).toBe(2);
  });

  test("torn run records hide no other run", async () => {
    const folder = project({ "pipeline.yaml": ONE });
    await osiris(folder, "run", "pipeline.yaml");
    for (const [index, text] of [
      "null",
      "{}",
      "[]",
      "{",
      '{"steps":[null],"process":{}}',
      '{"steps":[{}],"process":null,"status":"running"}',
    ].entries()) {
      const run = join(folder, `.osiris_sessions/20990101T00000000${index}Z-aaaaaa`);
      mkdirSync(run);
      writeFileSync(join(run, "run.json"), text);
    }
    mkdirSync(join(folder, ".osiris_sessions/20990101T000000006Z-aaaaaa"));
    const runs = JSON.parse((await osiris(folder, "runs", "list", "--json")).stdout) as { status: string }[];
    expect(runs.map(({ status }) => status)).toEqual([...Array(7).fill("unreadable"), "succeeded"]);
    const { stdout } = await osiris(folder, "runs", "list");
    expect(stdout).toMatch(/^20990101T000000006Z-aaaaaa +unreadable +It has no run\.json$/m);
    expect(stdout).toMatch(/^20990101T000000001Z-aaaaaa +unreadable +run\.json is not the record of a run$/m);
    const { exitCode, stderr } = await osiris(
      folder,
      "query",
      "FROM a",
      "--run",
      "20990101T000000003Z-aaaaaa",
    );
    expect(stderr).toMatch(
      /The record of run 20990101T000000003Z-aaaaaa cannot be read: run\.json: .*runs\.unreadable/,
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse((await osiris(folder, "query", "FROM a", "--json")).stdout)).toMatchObject({
      rows: [{ n: 1 }],
    });
  });
});

describe("a manifest from elsewhere", () => {
  const edits: readonly (readonly [name: string, from: string | RegExp, to: string, says: RegExp])[] = [
    ["with a config elsewhere", "cfg: cfg/a.json", "cfg: ../a.json", /"steps\.0\.cfg" must match/],
    ["with an id elsewhere", "id: a", "id: ../../a", /"steps\.0\.id" must match/],
    ["with a reference in an id", "id: a", "id: ../../${A}", /"steps\.0\.id" must match/],
    ["with needs that nothing meets", "needs: []", "needs: [b]", /changed after it had been compiled/],
    ["with another name", "name: test", "name: other", /changed after it had been compiled/],
    [
      "with an unknown key",
      "manifest_version: 3",
      "manifest_version: 3\ncolour: blue",
      /the manifest has no key "colour"/,
    ],
    ["of another version", "manifest_version: 3", "manifest_version: 2", /"manifest_version" must be 3/],
    ["without steps", /steps:[^]*/, "steps: [null]\n", /"steps\.0" must be an object/],
  ];

  test.each(edits)("%s", async (_name, from, to, says) => {
    const folder = project({ "pipeline.yaml": ONE });
    await osiris(folder, "compile", "pipeline.yaml", "--out", "build");
    const file = join(folder, "build/manifest.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
    const { exitCode, stderr } = await osiris(folder, "run", "build/manifest.yaml");
    expect(stderr).toMatch(says);
    expect(exitCode).toBe(2);
    expect(readdirSync(join(folder, ".osiris_sessions"))).toEqual(["builds"]);
  });

  test("with a changed config", async () => {
    const folder = project({ "pipeline.yaml": ONE });
    await osiris(folder, "compile", "pipeline.yaml", "--out", "build");
    writeFileSync(join(folder, "build/cfg/a.json"), JSON.stringify({ query: "SELECT * FROM _osiris.steps" }));
    const { exitCode, stderr } = await osiris(folder, "run", "build/manifest.yaml");
    expect(stderr).toMatch(/changed after it had been compiled/);
    expect(exitCode).toBe(2);
  });
});

describe("streams", () => {
  const BIG = pipeline(
    "  - { id: a, component: duckdb.processor, mode: transform, config: { query: SELECT range AS n FROM range(300000) } }\n",
  );
  const shell = (cwd: string, line: string): ReturnType<typeof outcomeOf> =>
    outcomeOf(spawn("bash", ["-o", "pipefail", "-c", line], { cwd, stdio: ["ignore", "pipe", "pipe"] }));
  const command = `'${process.execPath}' '${BIN}'`;

  test("a reader that goes away ends the command quietly", async () => {
    const folder = project({ "pipeline.yaml": BIG });
    await osiris(folder, "run", "pipeline.yaml");
    const { stdout, stderr } = await shell(folder, `${command} query 'FROM a' --limit 200000 | head -1`);
    expect(stdout.trim()).toBe("n");
    expect(stderr).toBe("");
  });

  test("more rows than a call has arguments", async () => {
    const folder = project({ "pipeline.yaml": BIG });
    await osiris(folder, "run", "pipeline.yaml");
    const { stdout, exitCode } = await osiris(folder, "query", "FROM a", "--limit", "300000", "--json");
    expect((JSON.parse(stdout) as { rows: unknown[] }).rows).toHaveLength(300_000);
    expect(exitCode).toBe(0);
  });

  test("a full disk behind stderr does not stop a run; behind stdout it is an error", async () => {
    const folder = project({ "pipeline.yaml": ONE });
    expect((await shell(folder, `${command} run pipeline.yaml 2>/dev/full`)).exitCode).toBe(0);
    const full = await shell(folder, `${command} run pipeline.yaml >/dev/full`);
    expect(full.stderr).toMatch(/error: .*system\.enospc/);
    expect(full.stderr).not.toMatch(/\n\s+at .*:\d+/);
    expect(full.exitCode).toBe(1);
    expect(JSON.parse((await osiris(folder, "runs", "list", "--json")).stdout)).toMatchObject([
      { status: "succeeded" },
      { status: "succeeded" },
    ]);
  });

  test.each(["--help", "--version"])("a full disk behind %s is an error, too", async (option) => {
    const { stderr, exitCode } = await shell(project({}), `${command} ${option} >/dev/full`);
    expect(stderr).toMatch(/^error: .*system\.enospc/);
    expect(stderr).not.toMatch(/\n\s+at .*:\d+/);
    expect(exitCode).toBe(1);
  });

  test("a destination folder that may be written but not opened", async () => {
    const folder = project({
      "pipeline.yaml": `${ONE}  - { id: w, component: filesystem.csv_writer, mode: write, config: { path: out/x.csv } }\n`,
      "out/x.csv": "old\n",
    });
    for (const path of [folder, join(folder, "out/x.csv")]) chmodSync(path, 0o777);
    chmodSync(join(folder, "out"), 0o733);
    // Root may open anything, so this runs as nobody where it can.
    const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const run = spawnSync(process.execPath, [BIN, "run", "pipeline.yaml"], {
      cwd: folder,
      encoding: "utf8",
      ...asNobody,
    });
    expect(run.stdout).toMatch(/^w +ok +1 +1/m);
    expect(run.status).toBe(0);
    expect(readFileSync(join(folder, "out/x.csv"), "utf8")).toBe("n\n1\n");
  });
});
