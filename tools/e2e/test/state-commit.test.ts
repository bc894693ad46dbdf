import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faultyProject } from "../src/faulty-driver.ts";
import { osiris, outcomeOf, startOsiris, untilStderr } from "../src/osiris.ts";
import { project } from "../src/project.ts";

/** Reads what is new in a list of numbers, and writes it behind what is there; both fail where a file says so. */
const INCREMENTAL = [
  {
    name: "inc.source",
    run: `const since = ctx.state?.newest ?? 0;
      const all = JSON.parse(readFileSync("numbers.json", "utf8"));
      const table = await ctx.createTable([{ name: "n", type: "INTEGER" }]);
      for (const n of all) if (n > since) table.append({ n });
      return { rows: table.rows, state: { newest: Math.max(since, ...all) } };`,
  },
  {
    name: "inc.sink",
    mode: "write" as const,
    run: `const { rows } = await ctx.query("SELECT n FROM input_df ORDER BY n");
      if (existsSync(stepId + ".down")) throw new Error("the server is down");
      if (existsSync(stepId + ".slow")) { ctx.log("warn", "asleep"); await sleep(60_000); }
      appendFileSync(stepId + ".out", rows.map(({ n }) => n + "\\n").join(""));
      return { rows: rows.length };`,
  },
];
const STEPS = `  - { id: source, component: inc.source, mode: read }
  - { id: all, component: duckdb.processor, mode: transform, config: { query: SELECT n FROM source } }
  - { id: sink, component: inc.sink, mode: write }
`;

function incremental(steps: string = STEPS): string {
  return project(faultyProject(INCREMENTAL, steps, { "numbers.json": "[1,2]" }));
}

async function run(
  folder: string,
  ...args: readonly string[]
): Promise<{ run_id: string; status: string; exitCode: number | null }> {
  const { stdout, stderr, exitCode } = await osiris(folder, "run", "pipeline.yaml", "--json", ...args);
  if (stdout === "") throw new Error(stderr);
  return { ...(JSON.parse(stdout) as { run_id: string; status: string }), exitCode };
}

const written = (folder: string, step = "sink"): string => readFileSync(join(folder, `${step}.out`), "utf8");
const numbers = (folder: string, list: string): void => writeFileSync(join(folder, "numbers.json"), list);

async function state(folder: string, step = "source"): Promise<unknown> {
  const { stdout, stderr } = await osiris(folder, "state", "export", "test", "--json");
  if (stdout === "") throw new Error(stderr);
  return stdout.includes(`"${step}"`) ? stdout.match(/"newest": (\d+)/)?.[1] : undefined;
}

describe("state", () => {
  test("each run reads what is new since the last one that succeeded", async () => {
    const folder = incremental();
    await run(folder);
    numbers(folder, "[1,2,3]");
    await run(folder);
    await run(folder);
    expect(written(folder)).toBe("1\n2\n3\n");
    expect(await state(folder)).toBe("3");
  });

  test("does not count when a step downstream fails: the next run reads the same again", async () => {
    const folder = incremental();
    await run(folder);
    numbers(folder, "[1,2,3]");
    writeFileSync(join(folder, "sink.down"), "");
    expect(await run(folder)).toMatchObject({ exitCode: 1 });
    expect(await state(folder)).toBe("2");
    rmSync(join(folder, "sink.down"));
    numbers(folder, "[1,2,3,4]");
    await run(folder);
    expect(written(folder)).toBe("1\n2\n3\n4\n");
  });

  test("of a run that is resumed counts when the rest has succeeded", async () => {
    const folder = incremental();
    writeFileSync(join(folder, "sink.down"), "");
    await run(folder);
    rmSync(join(folder, "sink.down"));
    numbers(folder, "[1,2,3]");
    expect(await run(folder, "--resume")).toMatchObject({
      status: "succeeded",
      steps: [{ reused: true }, { reused: true }, { reused: false }],
    });
    expect(written(folder)).toBe("1\n2\n");
    expect(await state(folder)).toBe("2");
    await run(folder);
    expect(written(folder)).toBe("1\n2\n3\n");
  });

  test("of a run that was killed in its writer has not counted", async () => {
    const folder = incremental();
    writeFileSync(join(folder, "sink.slow"), "");
    const child = startOsiris(folder, "run", "pipeline.yaml");
    const outcome = outcomeOf(child);
    await untilStderr(child, "asleep");
    child.kill("SIGKILL");
    await outcome;
    rmSync(join(folder, "sink.slow"));
    expect(await run(folder, "--resume")).toMatchObject({ status: "succeeded", resumes: 1 });
    expect(written(folder)).toBe("1\n2\n");
  });

  test("of an extractor whose own branch has succeeded counts, whatever becomes of others; a resumed run keeps it", async () => {
    const folder = incremental(`  - { id: source, component: inc.source, mode: read }
  - { id: sink, component: inc.sink, mode: write }
  - { id: other, component: inc.source, mode: read, needs: [] }
  - { id: bad, component: inc.sink, mode: write, needs: [other] }
`);
    writeFileSync(join(folder, "bad.down"), "");
    await run(folder, "--concurrency", "1");
    const { stdout } = await osiris(folder, "state", "show", "test", "--json");
    expect(stdout).toContain('"source"');
    expect(stdout).not.toContain('"other"');
    rmSync(join(folder, "bad.down"));
    expect(await run(folder, "--resume")).toMatchObject({
      status: "succeeded",
      steps: [{ reused: true }, { reused: true }, { reused: true }, { reused: false }],
    });
    expect([written(folder), written(folder, "bad")]).toEqual(["1\n2\n", "1\n2\n"]);
  });

  test("is not reused when it has changed since: the step is run again", async () => {
    const folder = incremental();
    writeFileSync(join(folder, "sink.down"), "");
    await run(folder);
    rmSync(join(folder, "sink.down"));
    expect((await osiris(folder, "state", "set", "test", "source", '{"newest":1}')).exitCode).toBe(0);
    expect(await run(folder, "--resume")).toMatchObject({
      steps: [
        { reused: false, not_reused: "its state has changed since" },
        { not_reused: "its input source is made again" },
        { not_reused: "it was not done" },
      ],
    });
    expect(written(folder)).toBe("2\n");
  });

  test("is not reused when another run has come to an equal one: that has written the rows", async () => {
    const folder = incremental();
    writeFileSync(join(folder, "sink.down"), "");
    const failed = await run(folder);
    rmSync(join(folder, "sink.down"));
    await run(folder);
    expect(await run(folder, "--resume", failed.run_id)).toMatchObject({
      status: "succeeded",
      steps: [{ reused: false, not_reused: "its state has changed since" }, {}, {}],
    });
    expect(written(folder)).toBe("1\n2\n");
  });

  test("with --to does not count before the rest was run", async () => {
    const folder = incremental();
    await run(folder, "--to", "all");
    const shown = await osiris(folder, "state", "show", "--json");
    expect(shown.stdout).not.toContain("newest");
    await run(folder, "--resume");
    expect(await state(folder)).toBe("2");
  });

  test.each([
    ["{ a: 1n }", /value at \/a is a bigint/],
    ["{ a: NaN }", /is NaN/],
    ["{ a: [undefined] }", /value at \/a\/0 is undefined/],
    ["null", /is null/],
    ["new Date(0)", /object of the class Date/],
    ["(() => { const a = {}; a.a = a; return a; })()", /contains itself/],
    ['"x".repeat(2 ** 20)', /1048578 bytes; the most is 1048576/],
  ])("%s is none", async (value, says) => {
    const folder = project(
      faultyProject(
        [
          {
            name: "odd.one",
            run: `await ctx.createTableAs("SELECT 1 AS a"); return { rows: 1, state: ${value} };`,
          },
        ],
        "  - { id: s, component: odd.one, mode: read }\n",
      ),
    );
    const { stdout, exitCode } = await osiris(folder, "run", "pipeline.yaml", "--json");
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      steps: [{ error: { message: expect.stringMatching(says) } }],
    });
  });
});

describe("--on-running", () => {
  async function withRunning(test_: (folder: string) => Promise<void>): Promise<void> {
    const folder = incremental();
    writeFileSync(join(folder, "sink.slow"), "");
    const child = startOsiris(folder, "run", "pipeline.yaml");
    const outcome = outcomeOf(child);
    await untilStderr(child, "asleep");
    rmSync(join(folder, "sink.slow"));
    try {
      await test_(folder);
    } finally {
      child.kill("SIGKILL");
      await outcome;
    }
  }

  test("fail, the default: a second run says who runs, and begins nothing", async () => {
    await withRunning(async (folder) => {
      const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml", "--json");
      expect(exitCode).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({
        code: "run.running",
        message: expect.stringMatching(/pipeline "test"/),
      });
      const resume = await osiris(folder, "run", "pipeline.yaml", "--resume", "--json");
      expect(JSON.parse(resume.stdout)).toMatchObject({ code: "run.running" });
    });
  });

  test("wait: it runs when the other has ended, and Ctrl-C ends the waiting", async () => {
    const folder = incremental();
    writeFileSync(join(folder, "sink.slow"), "");
    const first = startOsiris(folder, "run", "pipeline.yaml");
    const firstOutcome = outcomeOf(first);
    await untilStderr(first, "asleep");
    rmSync(join(folder, "sink.slow"));
    const impatient = startOsiris(folder, "run", "pipeline.yaml", "--on-running", "wait", "--json");
    const impatientOutcome = outcomeOf(impatient);
    await untilStderr(impatient, "Waiting for");
    impatient.kill("SIGINT");
    expect(await impatientOutcome).toMatchObject({
      exitCode: 130,
      stdout: expect.stringMatching(/run.cancelled/),
    });
    const second = startOsiris(folder, "run", "pipeline.yaml", "--on-running", "wait");
    const secondOutcome = outcomeOf(second);
    await untilStderr(second, "Waiting for");
    const hasty = await osiris(folder, "run", "pipeline.yaml", "--on-running", "wait", "--timeout", "1s");
    expect(hasty.stderr).toMatch(/before the run had begun: .*\[run\.timeout\]/);
    const killed = new Date().toISOString();
    first.kill("SIGKILL");
    await firstOutcome;
    expect((await secondOutcome).exitCode).toBe(0);
    expect(written(folder)).toBe("1\n2\n");
    // It has begun when it had waited: otherwise one that began before it could be taken for the newest.
    const { stdout } = await osiris(folder, "runs", "show", "--json");
    const { run_id, started_at } = JSON.parse(stdout) as { run_id: string; started_at: string };
    expect(started_at > killed).toBe(true);
    expect(run_id > killed.replaceAll(/[-:.]/g, "")).toBe(true);
  });
});

describe("retain", () => {
  const CHAIN = `  - { id: a, component: duckdb.processor, mode: transform, config: { query: SELECT 1 AS n } }
  - { id: b, component: duckdb.processor, mode: transform, config: { query: SELECT n + 1 AS n FROM a } }
  - { id: c, component: duckdb.processor, mode: transform, config: { query: SELECT n + 1 AS n FROM b } }
  - { id: w, component: inc.sink, mode: write }
  - { id: end, component: duckdb.processor, mode: transform, needs: [b], config: { query: SELECT n FROM b } }
`;
  const tables = async (folder: string): Promise<unknown> => {
    const sql = "SELECT table_name AS t FROM duckdb_tables() WHERE schema_name = 'main' ORDER BY t";
    const { stdout } = await osiris(folder, "query", sql, "--json");
    return (JSON.parse(stdout) as { rows: { t: string }[] }).rows.map(({ t }) => t);
  };

  test.each([
    ["all", ["a", "b", "c", "end"]],
    ["outputs", ["c", "end"]],
    ["none", []],
  ])("%s", async (retain, kept) => {
    const folder = incremental(CHAIN);
    expect(await run(folder, "--retain", retain)).toMatchObject({ status: "succeeded" });
    expect(await tables(folder)).toEqual(kept);
  });

  test("in osiris.yaml; a table that was dropped is made again when a resumed run needs it", async () => {
    const folder = incremental(CHAIN);
    writeFileSync(join(folder, "osiris.yaml"), "retain: none\n");
    writeFileSync(join(folder, "w.down"), "");
    await run(folder, "--concurrency", "1");
    expect(await tables(folder)).toEqual(["b", "c"]);
    rmSync(join(folder, "w.down"));
    expect(await run(folder, "--resume")).toMatchObject({
      steps: [{ reused: true }, { reused: true }, { reused: true }, { reused: false }, { reused: false }],
    });
    expect(await tables(folder)).toEqual([]);
  });
});
