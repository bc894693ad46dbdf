import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faultyProject, rows } from "../src/faulty-driver.ts";
import { osiris, osirisWith, outcomeOf, startOsiris, untilStderr } from "../src/osiris.ts";
import { logLines, pipeline, project, runFolder } from "../src/project.ts";
import { canMount, onSmallDisk } from "../src/small-disk.ts";

interface Step {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly reused?: boolean;
  readonly not_reused?: string;
}
interface Run {
  readonly run_id: string;
  readonly status: string;
  readonly resumes: number;
  readonly steps: readonly Step[];
  readonly exitCode: number | null;
  readonly stderr: string;
}

async function run(folder: string, ...args: readonly string[]): Promise<Run> {
  const { stdout, stderr, exitCode } = await osiris(folder, "run", ...args, "--json");
  return { ...(JSON.parse(stdout) as Run), exitCode, stderr };
}

const reused = ({ steps }: Run): Readonly<Record<string, boolean | undefined>> =>
  Object.fromEntries(steps.map((step) => [step.id, step.reused]));

const calls = (folder: string, name: string): number =>
  readFileSync(join(folder, `${name}.calls`), "utf8").length;

/** An extractor that counts its calls, SQL, and a writer that fails until there is a file. */
const FLAKY = faultyProject(
  [
    { name: "odd.source", run: `calls("source"); ${rows(5)}` },
    {
      name: "odd.sink",
      mode: "write",
      run: 'calls("sink"); if (!existsSync("up")) throw new Error("the server is down"); return { rows: inputs.tables[0].rows };',
    },
  ],
  `  - { id: source, component: odd.source, mode: read }
  - { id: double, component: duckdb.processor, mode: transform, config: { query: SELECT n * 2 AS n FROM source } }
  - { id: sink, component: odd.sink, mode: write }
`,
);

describe("--resume", () => {
  test("goes on where a run failed: what is done is not done again", async () => {
    const folder = project(FLAKY);
    const first = await run(folder, "pipeline.yaml");
    expect(first).toMatchObject({ exitCode: 1, status: "failed", resumes: 0 });
    expect(first.steps.map(({ reused: is }) => is)).toEqual([undefined, undefined, undefined]);
    writeFileSync(join(folder, "up"), "");
    const second = await run(folder, "pipeline.yaml", "--resume");
    expect(second).toMatchObject({ exitCode: 0, status: "succeeded", resumes: 1, run_id: first.run_id });
    expect(reused(second)).toEqual({ source: true, double: true, sink: false });
    expect(second.steps[2]).toMatchObject({ not_reused: "it was not done" });
    expect([calls(folder, "source"), calls(folder, "sink")]).toEqual([1, 2]);
    const events = logLines(runFolder(folder), "events").map(({ event }) => event);
    expect(events).toContain("run_resumed");
    expect(events.filter((event) => event === "step_reused")).toHaveLength(2);
    // The run is done: there is nothing to resume, and a new one begins.
    const third = await run(folder, "pipeline.yaml", "--resume");
    expect(third.run_id).not.toBe(first.run_id);
    expect(third.stderr).toMatch(/Nothing to resume/);
    expect(calls(folder, "source")).toBe(2);
  });

  test("without a pipeline goes on with the newest run, as it was compiled then", async () => {
    const folder = project(FLAKY);
    await run(folder, "pipeline.yaml");
    writeFileSync(join(folder, "up"), "");
    rmSync(join(folder, "pipeline.yaml"));
    expect(await run(folder, "--resume")).toMatchObject({ exitCode: 0, status: "succeeded", resumes: 1 });
    const none = await osiris(folder, "run", "--resume");
    expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/no run to resume/) });
  });

  test("takes a run's id, in either place, and only one of this pipeline that is not done", async () => {
    const folder = project({
      ...FLAKY,
      "other.yaml": pipeline("")
        .replace("name: test", "name: other")
        .replace("steps:\n", "steps:\n  - { id: source, component: odd.source, mode: read }\n"),
    });
    const first = await run(folder, "pipeline.yaml");
    const newer = await run(folder, "pipeline.yaml");
    writeFileSync(join(folder, "up"), "");
    expect(await run(folder, "--resume", "pipeline.yaml")).toMatchObject({
      run_id: newer.run_id,
      resumes: 1,
    });
    expect(await run(folder, "pipeline.yaml", "--resume", first.run_id)).toMatchObject({
      run_id: first.run_id,
      resumes: 1,
    });
    const other = await run(folder, "other.yaml");
    for (const [args, says] of [
      [["pipeline.yaml", "--resume", first.run_id], /has succeeded: nothing of it is left to do/],
      [["pipeline.yaml", "--resume", other.run_id], /is one of "other", not of "test"/],
      [["pipeline.yaml", "--resume", "20200101T"], /There is no run/],
      [["pipeline.yaml", "--resume", "nonsense"], /that is no run id/],
    ] as const) {
      const outcome = await osiris(folder, "run", ...args);
      expect(outcome).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(says) });
    }
  });

  test("runs again what has changed, and what depends on it", async () => {
    const folder = project(FLAKY);
    await run(folder, "pipeline.yaml");
    const text = readFileSync(join(folder, "pipeline.yaml"), "utf8");
    writeFileSync(join(folder, "pipeline.yaml"), text.replace("n * 2", "n * 3"));
    writeFileSync(join(folder, "up"), "");
    const second = await run(folder, "pipeline.yaml", "--resume");
    expect(second.steps).toMatchObject([
      { reused: true },
      { reused: false, not_reused: "its definition has changed" },
      { reused: false, not_reused: "it was not done" },
    ]);
    const { stdout } = await osiris(folder, "query", "SELECT max(n) AS n FROM double", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ rows: [{ n: "12" }] });
  });

  test("runs again what a step that changed feeds, and leaves no table of steps that are gone", async () => {
    const folder = project(FLAKY);
    await run(folder, "pipeline.yaml");
    const text = readFileSync(join(folder, "pipeline.yaml"), "utf8");
    const renamed = text.replace("id: source,", "id: origin,").replace("FROM source", "FROM origin");
    writeFileSync(join(folder, "pipeline.yaml"), renamed);
    writeFileSync(join(folder, "up"), "");
    expect((await run(folder, "pipeline.yaml", "--resume")).steps).toMatchObject([
      { id: "origin", not_reused: "it was not done" },
      { id: "double", not_reused: "its definition has changed" },
      { id: "sink" },
    ]);
    const tables = await osiris(
      folder,
      "query",
      "SELECT table_name AS t FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY t",
      "--json",
    );
    expect(JSON.parse(tables.stdout)).toMatchObject({ rows: [{ t: "double" }, { t: "origin" }] });
  });

  test("runs a step again whose driver is another version", async () => {
    const folder = project(FLAKY);
    await run(folder, "pipeline.yaml");
    const file = join(folder, "node_modules/osiris-driver-faulty/package.json");
    writeFileSync(file, readFileSync(file, "utf8").replace("0.3.0", "0.4.0"));
    writeFileSync(join(folder, "up"), "");
    expect((await run(folder, "pipeline.yaml", "--resume")).steps).toMatchObject([
      { not_reused: "its driver was osiris-driver-faulty@0.3.0 and is now osiris-driver-faulty@0.4.0" },
      { not_reused: "its input source is made again" },
      { not_reused: "it was not done" },
    ]);
  });

  test("writes a file again that is gone", async () => {
    const folder = project({
      ...FLAKY,
      "pipeline.yaml": pipeline(`  - { id: source, component: odd.source, mode: read }
  - { id: file, component: filesystem.csv_writer, mode: write, config: { path: out.csv } }
  - { id: sink, component: odd.sink, mode: write, needs: [source] }
`),
    });
    await run(folder, "pipeline.yaml", "--concurrency", "1");
    rmSync(join(folder, "out.csv"));
    writeFileSync(join(folder, "up"), "");
    const second = await run(folder, "pipeline.yaml", "--resume");
    expect(second.steps[1]?.not_reused).toMatch(/out.csv is gone/);
    expect(existsSync(join(folder, "out.csv"))).toBe(true);
  });

  test("goes on with a run that was stopped by Ctrl-C within DuckDB", async () => {
    const slow = "SELECT sum(sin(a.range * b.range)) AS s FROM source, range(1000000) a, range(1000000) b";
    const folder = project({ ...FLAKY, up: "" });
    const text = readFileSync(join(folder, "pipeline.yaml"), "utf8");
    writeFileSync(join(folder, "pipeline.yaml"), text.replace("SELECT n * 2 AS n FROM source", `"${slow}"`));
    const child = startOsiris(folder, "run", "pipeline.yaml");
    const outcome = outcomeOf(child);
    await untilStderr(child, "double …");
    child.kill("SIGINT");
    expect((await outcome).exitCode).toBe(130);
    writeFileSync(join(folder, "pipeline.yaml"), text);
    const second = await run(folder, "pipeline.yaml", "--resume");
    expect(second).toMatchObject({ status: "succeeded", resumes: 1 });
    expect(calls(folder, "source")).toBe(1);
  });
});

describe("--to", () => {
  test("runs a step and what it needs; --resume does the rest", async () => {
    const folder = project({ ...FLAKY, up: "" });
    const first = await run(folder, "pipeline.yaml", "--to", "double");
    expect(first).toMatchObject({
      exitCode: 0,
      status: "succeeded",
      steps: [{ status: "succeeded" }, { status: "succeeded" }, { status: "not_run" }],
    });
    const second = await run(folder, "pipeline.yaml", "--resume");
    expect(second).toMatchObject({ run_id: first.run_id, status: "succeeded" });
    expect(reused(second)).toEqual({ source: true, double: true, sink: false });
  });

  test("of a step that is not there says which one may be meant", async () => {
    const { exitCode, stderr } = await osiris(project(FLAKY), "run", "pipeline.yaml", "--to", "duoble");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/no step "duoble"[\s\S]*double/);
  });
});

describe("a run killed at a step boundary", () => {
  const STEPS = ["a", "b", "c", "file", "d"];
  const PIPELINE =
    pipeline(`  - { id: a, component: filesystem.csv_extractor, mode: read, config: { path: in.csv } }
  - { id: b, component: duckdb.processor, mode: transform, config: { query: SELECT n + 1 AS n FROM a } }
  - { id: c, component: duckdb.processor, mode: transform, config: { query: SELECT n * 10 AS n FROM b } }
  - { id: file, component: filesystem.csv_writer, mode: write, config: { path: out.csv } }
  - { id: d, component: duckdb.processor, mode: transform, needs: [c], config: { query: SELECT sum(n) AS n FROM c } }
`);
  const boundaries = STEPS.flatMap((step) => [`${step} …`, `✓ ${step}:`]);

  test.each(boundaries)('after "%s" resumes to the right result', async (seen) => {
    const folder = project({
      "pipeline.yaml": PIPELINE,
      "in.csv": `n\n${Array.from({ length: 1000 }, (_, n) => n).join("\n")}\n`,
    });
    const child = startOsiris(folder, "run", "pipeline.yaml", "--concurrency", "1");
    const outcome = outcomeOf(child);
    await untilStderr(child, seen);
    child.kill("SIGKILL");
    await outcome;
    const killed = JSON.parse((await osiris(folder, "runs", "list", "--json")).stdout) as Run[];
    const resumed = await run(folder, "pipeline.yaml", "--resume");
    expect(resumed.exitCode).toBe(0);
    // It may have been quicker than the signal.
    const isKilled = killed[0]?.status === "killed";
    expect([resumed.resumes, resumed.run_id === killed[0]?.run_id]).toEqual([isKilled ? 1 : 0, isKilled]);
    expect(resumed.steps.every(({ status }) => status === "succeeded")).toBe(true);
    const { stdout } = await osiris(folder, "query", "SELECT n FROM d", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ rows: [{ n: "5005000" }] });
    expect(readFileSync(join(folder, "out.csv"), "utf8").split("\n")).toHaveLength(1002);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });
});

describe("what a connection and the environment say", () => {
  const CONNECTED = {
    "osiris_connections.yaml":
      "connections:\n  filesystem:\n    lake: { base_dir: '${LAKE}' }\n    out: { base_dir: out }\n",
    "pipeline.yaml":
      pipeline(`  - { id: src, component: filesystem.csv_extractor, mode: read, config: { connection: "@filesystem.lake", path: in.csv } }
  - { id: sink, component: filesystem.csv_writer, mode: write, config: { connection: "@filesystem.out", path: copy.csv } }
`),
    "a/in.csv": "n\n1\n",
    "b/in.csv": "n\n2\n",
    out: "in the way",
  };
  const resumed = async (folder: string, lake: string): Promise<Run> => {
    const { stdout } = await osirisWith({ LAKE: lake }, folder, "run", "pipeline.yaml", "--resume", "--json");
    return JSON.parse(stdout) as Run;
  };

  test.each([
    ["a", [true, false], "n\n1\n"],
    ["b", [false, false], "n\n2\n"],
  ] as const)("belongs to a step: with %s", async (lake, isReused, text) => {
    const folder = project(CONNECTED);
    await osirisWith({ LAKE: "a" }, folder, "run", "pipeline.yaml");
    rmSync(join(folder, "out"));
    const second = await resumed(folder, lake);
    expect(second.steps.map((step) => step.reused)).toEqual(isReused);
    const why =
      lake === "a" ? undefined : "its connection, the environment or the folder of its paths has changed";
    expect(second.steps[0]?.not_reused).toBe(why);
    expect(readFileSync(join(folder, "out/copy.csv"), "utf8")).toBe(text);
  });
});

describe.skipIf(!canMount)("a disk that is full (needs the right to mount)", () => {
  const wide = "SELECT range AS n, hash(range)::VARCHAR || hash(range + 1)::VARCHAR AS h FROM range(400000)";

  test("fails the run with its id, and it can be resumed when there is room", () => {
    const folder = project({
      "pipeline.yaml":
        pipeline(`  - { id: a, component: duckdb.processor, mode: transform, config: { query: SELECT 1 AS n } }
  - { id: b, component: duckdb.processor, mode: transform, needs: [a], config: { query: "${wide}" } }
`),
    });
    const { stdout, exitCode } = onSmallDisk(
      folder,
      "3m",
      `$osiris run pipeline.yaml --sessions-dir disk --json > full.json || echo $?
       mount -o remount,size=100m disk
       $osiris run pipeline.yaml --sessions-dir disk --resume --json > more.json`,
    );
    expect([exitCode, stdout]).toEqual([0, "1\n"]);
    const [full, more] = ["full", "more"].map(
      (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Run,
    );
    expect(full).toMatchObject({ status: "failed", steps: [{ status: "succeeded" }, { status: "failed" }] });
    expect(more).toMatchObject({
      status: "succeeded",
      run_id: full?.run_id,
      steps: [{ reused: true }, { reused: false }],
    });
  });
});
