import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faultyProject, rows } from "../src/faulty-driver.ts";
import { osiris, outcomeOf, startOsiris, untilStderr } from "../src/osiris.ts";
import { logLines, project, runFolder } from "../src/project.ts";

const STEP = "  - { id: s, component: odd.one, mode: read, retry: { attempts: 3, backoff: 20ms } }\n";

interface Record_ {
  readonly status: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly steps: readonly {
    readonly status: string;
    readonly attempts: number;
    readonly rows_out: number;
    readonly error?: { readonly code: string; readonly message: string; readonly retryable: boolean };
  }[];
}

async function run(
  folder: string,
  ...more: readonly string[]
): Promise<Record_ & { exitCode: number | null }> {
  const { stdout, exitCode, stderr } = await osiris(folder, "run", "pipeline.yaml", "--json", ...more);
  if (stdout === "") throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Record_), exitCode };
}

describe("retry", () => {
  test("a step that fails twice and then works has worked, with the rows of its last attempt only", async () => {
    const folder = project(
      faultyProject(
        [
          {
            name: "odd.one",
            run: `const table = await ctx.createTable([{ name: "n", type: "INTEGER" }]);
              for (let n = 0; n < 10; n++) table.append({ n });
              if (calls("s") < 3) throw busy();
              return { rows: table.rows };`,
          },
        ],
        STEP,
      ),
    );
    const record = await run(folder);
    expect(record).toMatchObject({
      exitCode: 0,
      status: "succeeded",
      steps: [{ status: "succeeded", attempts: 3, rows_out: 10 }],
    });
    const retries = logLines(runFolder(folder), "events").filter(({ event }) => event === "step_retry");
    expect(retries).toMatchObject([
      { step_id: "s", attempt: 1, error: { code: "odd.busy", message: "the server is busy" } },
      { step_id: "s", attempt: 2, error: { code: "odd.busy" } },
    ]);
    // Half of each wait is random: 10 to 20 ms, then 20 to 40 ms.
    const delays = retries.map((line) => line["delay_ms"] as number);
    expect(delays[0]).toBeGreaterThanOrEqual(10);
    expect(delays[0]).toBeLessThanOrEqual(20);
    expect(delays[1]).toBeGreaterThanOrEqual(20);
    expect(delays[1]).toBeLessThanOrEqual(40);
  });

  test("attempts are bounded, and the last error is the step's", async () => {
    const folder = project(
      faultyProject([{ name: "odd.one", run: 'throw busy("no " + calls("s"));' }], STEP),
    );
    expect(await run(folder)).toMatchObject({
      exitCode: 1,
      status: "failed",
      steps: [
        { status: "failed", attempts: 3, error: { code: "odd.busy", message: "no 3", retryable: true } },
      ],
    });
  });

  test("an error that would come again is not retried", async () => {
    const folder = project(
      faultyProject([{ name: "odd.one", run: 'calls("s"); throw new Error("wrong");' }], STEP),
    );
    expect(await run(folder)).toMatchObject({ steps: [{ attempts: 1, error: { retryable: false } }] });
  });

  test("waits as long as the error asks for", async () => {
    const folder = project(
      faultyProject(
        [
          {
            name: "odd.one",
            run: `if (calls("s") < 2) throw Object.assign(busy(), { retryAfterMs: 300 }); ${rows(1)}`,
          },
        ],
        STEP,
      ),
    );
    expect(await run(folder)).toMatchObject({ steps: [{ status: "succeeded", attempts: 2 }] });
    const retries = logLines(runFolder(folder), "events").filter(({ event }) => event === "step_retry");
    expect(retries).toMatchObject([{ delay_ms: 300 }]);
  });

  test("an error that asks for a wait of more than an hour is final", async () => {
    const folder = project(
      faultyProject(
        [{ name: "odd.one", run: "throw Object.assign(busy(), { retryAfterMs: 3600001 });" }],
        STEP,
      ),
    );
    expect(await run(folder)).toMatchObject({ steps: [{ attempts: 1, error: { code: "odd.busy" } }] });
  });

  test("osiris.yaml says what holds for steps that say nothing", async () => {
    const folder = project(
      faultyProject(
        [{ name: "odd.one", run: "throw busy();" }],
        "  - { id: s, component: odd.one, mode: read }\n",
        {
          "osiris.yaml": "defaults: { retry: { attempts: 5, backoff: 1ms } }\n",
        },
      ),
    );
    expect(await run(folder)).toMatchObject({ steps: [{ attempts: 5 }] });
  });

  test("Ctrl-C ends the wait for the next attempt", async () => {
    const folder = project(
      faultyProject(
        [{ name: "odd.one", run: "throw busy();" }],
        "  - { id: s, component: odd.one, mode: read, retry: { backoff: 1h, max_backoff: 1h } }\n",
      ),
    );
    const child = startOsiris(folder, "run", "pipeline.yaml", "--json");
    const outcome = outcomeOf(child);
    await untilStderr(child, "s …");
    await expect
      .poll(() => logLines(runFolder(folder), "events").some(({ event }) => event === "step_retry"))
      .toBe(true);
    child.kill("SIGINT");
    const { exitCode, stdout } = await outcome;
    expect(exitCode).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "cancelled",
      steps: [{ status: "cancelled", attempts: 1, error: { code: "run.cancelled" } }],
    });
  });
});

const SLOW_SQL = "SELECT sum(sin(a.range * b.range)) AS s FROM range(1000000) a, range(1000000) b";

describe("timeouts", () => {
  test("a step's ends its SQL, and is not retried", async () => {
    const folder = project({
      "pipeline.yaml": `oml_version: "0.1.0"\nname: slow\nsteps:
  - { id: s, component: duckdb.processor, mode: transform, timeout: 300ms, config: { query: "${SLOW_SQL}" } }\n`,
    });
    expect(await run(folder)).toMatchObject({
      exitCode: 1,
      status: "failed",
      steps: [
        {
          status: "failed",
          attempts: 1,
          error: { code: "step.timeout", message: expect.stringMatching(/not done after 0.3 s/) },
        },
      ],
    });
  });

  test("a step's holds for its attempts and waits together", async () => {
    const folder = project(
      faultyProject(
        [{ name: "odd.one", run: "throw busy();" }],
        "  - { id: s, component: odd.one, mode: read, timeout: 200ms, retry: { backoff: 1h, max_backoff: 1h } }\n",
      ),
    );
    expect(await run(folder)).toMatchObject({
      steps: [{ status: "failed", error: { code: "step.timeout" } }],
    });
  });

  test("the run's ends all steps, and the run has failed", async () => {
    const folder = project({
      "pipeline.yaml": `oml_version: "0.1.0"\nname: slow\nsteps:
  - { id: quick, component: duckdb.processor, mode: transform, config: { query: SELECT 1 AS a } }
  - { id: s, component: duckdb.processor, mode: transform, needs: [], config: { query: "${SLOW_SQL}" } }\n`,
    });
    expect(await run(folder, "--timeout", "1s")).toMatchObject({
      exitCode: 1,
      status: "failed",
      error: { code: "run.timeout" },
      steps: [{ status: "succeeded" }, { status: "cancelled" }],
    });
  });

  test.each(["0s", "5", "1 day", "-1s"])("%s is no time", async (time) => {
    const folder = project(faultyProject([{ name: "odd.one", run: rows(1) }], STEP));
    const { exitCode, stderr } = await osiris(folder, "run", "pipeline.yaml", "--timeout", time);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/it must be a time|argument missing/);
  });
});

describe("max_rejects", () => {
  const rejecting = (limit: string): string =>
    join(
      project(
        faultyProject(
          [
            {
              name: "odd.one",
              run: `const rejects = await ctx.openRejects();
                for (let n = 0; n < 4; n++) rejects.add({ row: { n }, reason: "odd" });
                ${rows(96)}`,
            },
          ],
          `  - { id: s, component: odd.one, mode: read, max_rejects: ${limit} }\n`,
        ),
      ),
    );

  test.each(["4", "4%", '"4%"', "100"])("%s allows four of a hundred", async (limit) => {
    expect(await run(rejecting(limit))).toMatchObject({
      exitCode: 0,
      steps: [{ rejected: 4, rows_out: 96 }],
    });
  });

  test.each([
    ["3", /has rejected 4 rows; at most 3 may be/],
    ["0", /has rejected 1 row; at most 0 may be/],
    ["3.9%", /has rejected 4 rows; of 100 in all, which is 4.00%; at most 3.9% may be/],
  ])("%s does not, and what was rejected can be looked at", async (limit, says) => {
    const folder = rejecting(limit);
    const record = await run(folder);
    expect(record).toMatchObject({
      exitCode: 1,
      steps: [
        { status: "failed", error: { code: "step.too_many_rejects", message: expect.stringMatching(says) } },
      ],
    });
    const { stdout } = await osiris(folder, "query", "SELECT reason FROM s__rejects", "--json");
    const { rows: found } = JSON.parse(stdout) as { rows: unknown[] };
    expect(found).toHaveLength(limit === "0" ? 1 : 4);
    const preview = await osiris(folder, "preview", "s");
    expect(preview.exitCode).toBe(2);
  });
});

describe("reconciliation", () => {
  const writing = (result: string): string =>
    project(
      faultyProject(
        [
          { name: "odd.one", run: rows(10) },
          { name: "odd.sink", mode: "write", run: result },
        ],
        "  - { id: s, component: odd.one, mode: read }\n  - { id: w, component: odd.sink, mode: write }\n",
      ),
    );

  test.each([
    ["return { rows: 10 };", { rows_out: 10, rejected: 0, superseded: 0 }],
    [
      `const rejects = await ctx.openRejects(); rejects.add({ row: 1, reason: "no" });
       return { rows: 7, superseded: 2 };`,
      { rows_out: 7, rejected: 1, superseded: 2 },
    ],
  ])("all rows are accounted for", async (result, counts) => {
    expect(await run(writing(result))).toMatchObject({ exitCode: 0, steps: [{}, counts] });
  });

  test.each([
    ["return { rows: 9 };", "step.not_reconciled", /was given 10 rows and accounts for 9 .*: 1 are missing/],
    ["return { rows: 10, superseded: 1 };", "step.not_reconciled", /: 1 are too many/],
    ["return { rows: 0 };", "step.not_reconciled", /: 10 are missing/],
    ["return { rows: 10, superseded: -1 };", "driver.wrong_result", /returned no count as "superseded"/],
  ])("%s is no success", async (result, code, says) => {
    expect(await run(writing(result))).toMatchObject({
      exitCode: 1,
      status: "failed",
      steps: [
        { status: "succeeded" },
        { status: "failed", error: { code, message: expect.stringMatching(says) } },
      ],
    });
  });
});

/** Pages of ten rows; fails once in the middle of page 3. */
const PAGES = `
  const table = await ctx.createTable([{ name: "n", type: "INTEGER" }]);
  calls("attempts");
  for (let page = (ctx.resumed?.page ?? -1) + 1; page < 5; page++) {
    calls("pages");
    for (let n = 0; n < 10; n++) {
      table.append({ n: page * 10 + n });
      if (page === 3 && n === 5 && !existsSync("fixed")) { FAIL }
    }
    await ctx.checkpoint({ page });
  }
  return { rows: table.rows };`;

describe("checkpoints", () => {
  const all = async (folder: string): Promise<unknown> => {
    const sql = "SELECT count(*) AS rows, count(DISTINCT n) AS distinct_rows, sum(n) AS sum FROM s";
    const { stdout } = await osiris(folder, "query", sql, "--json");
    return (JSON.parse(stdout) as { rows: unknown[] }).rows[0];
  };
  const WHOLE = { rows: "50", distinct_rows: "50", sum: "1225" };

  test("the next attempt goes on after the last one: no row is lost or doubled", async () => {
    const fail = 'appendFileSync("fixed", ""); throw busy();';
    const folder = project(faultyProject([{ name: "odd.one", run: PAGES.replace("FAIL", fail) }], STEP));
    expect(await run(folder)).toMatchObject({ steps: [{ status: "succeeded", attempts: 2, rows_out: 50 }] });
    expect(await all(folder)).toEqual(WHOLE);
    // Pages 0 to 3, then 3 and 4.
    expect(readFileSync(join(folder, "pages.calls"), "utf8")).toHaveLength(6);
  });

  test.each(["failed", "killed"])("a run that has %s goes on after it, too", async (how) => {
    const fail = how === "killed" ? 'process.kill(process.pid, "SIGKILL");' : 'throw new Error("down");';
    const folder = project(faultyProject([{ name: "odd.one", run: PAGES.replace("FAIL", fail) }], STEP));
    await osiris(folder, "run", "pipeline.yaml");
    writeFileSync(join(folder, "fixed"), "");
    expect(await run(folder, "--resume")).toMatchObject({ status: "succeeded", steps: [{ rows_out: 50 }] });
    expect(await all(folder)).toEqual(WHOLE);
    expect(readFileSync(join(folder, "pages.calls"), "utf8")).toHaveLength(6);
  });

  test("a step that has changed begins anew", async () => {
    const folder = project(
      faultyProject([{ name: "odd.one", run: PAGES.replace("FAIL", 'throw new Error("down");') }], STEP),
    );
    await osiris(folder, "run", "pipeline.yaml");
    writeFileSync(join(folder, "fixed"), "");
    const manifest = join(folder, "node_modules/osiris-driver-faulty/package.json");
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace("0.3.0", "0.4.0"));
    expect(await run(folder, "--resume")).toMatchObject({ steps: [{ rows_out: 50 }] });
    expect(await all(folder)).toEqual(WHOLE);
    expect(readFileSync(join(folder, "pages.calls"), "utf8")).toHaveLength(9);
  });
});
