import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris, outcomeOf, startOsiris, untilStderr } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const GOOD = 'await ctx.createTableAs("SELECT 1 AS a"); return { rows: 1 };';

function withDriver(run: string): string {
  return project({
    "package.json": projectManifest("osiris-driver-odd"),
    ...driverPackage("osiris-driver-odd", [{ name: "odd.one", mode: "extract", inputs: "none", run }]),
    "pipeline.yaml": pipeline("  - { id: s, component: odd.one, mode: read }\n"),
  });
}

describe("what a driver catches is not forgotten", () => {
  test.each([
    [
      "a row that its table refused",
      `const table = await ctx.createTable([{ name: "n", type: "INTEGER" }]);
       for (const n of [1, "x", 2]) { try { table.append({ n }); } catch {} }
       return { rows: 0 };`,
      /row 2, column "n": string "x" does not fit INTEGER/,
    ],
    [
      "a reject that was none",
      `const rejects = await ctx.openRejects();
       rejects.add({ row: { n: 1 }, reason: "odd" });
       try { rejects.add({ row: { n: 2 }, reason: 5 }); } catch {}
       ${GOOD}`,
      /row 2, column "reason"/,
    ],
  ])("%s fails the step", async (_name, run, says) => {
    const { exitCode, stdout } = await osiris(withDriver(run), "run", "pipeline.yaml");
    expect(stdout).toMatch(says);
    expect(exitCode).toBe(1);
  });

  test("rejects may hold what no table can", async () => {
    const folder = withDriver(
      `const rejects = await ctx.openRejects(); rejects.add({ row: { n: "\\ud800", big: 5n }, reason: "odd" }); ${GOOD}`,
    );
    expect((await osiris(folder, "run", "pipeline.yaml")).exitCode).toBe(0);
    const { stdout } = await osiris(folder, "query", 'SELECT "row" FROM s__rejects', "--json");
    const [found] = (JSON.parse(stdout) as { rows: { row: string }[] }).rows;
    expect(found?.row).toBe('{"n":"\uFFFD","big":"5"}');
  });

  test.each([
    ["at once", "(async () => { throw new Error('no'); })()"],
    [
      "after a look at a file",
      "import('node:fs/promises').then((fs) => fs.stat('/')).then(() => { throw new Error('no'); })",
    ],
    ["late", "new Promise((_, reject) => setTimeout(() => reject(new Error('no')), 100))"],
  ])("a table that is refused %s may be made anew", async (_name, provided) => {
    const folder = withDriver(
      `try { await ctx.createTableAs("SELECT 1 AS a", { provided: ${provided} }); } catch (error) { if (error.message !== "no") throw error; }
       await ctx.createTableAs("SELECT 2 AS a"); return { rows: 1 };`,
    );
    const { exitCode, stderr } = await osiris(folder, "run", "pipeline.yaml");
    expect(stderr).not.toContain("Warning");
    expect(exitCode).toBe(0);
    expect(JSON.parse((await osiris(folder, "query", "FROM s", "--json")).stdout)).toMatchObject({
      rows: [{ a: 2 }],
    });
  });
});

describe("a driver that does odd things to the process", () => {
  test("leaves a timer running: the command ends all the same", async () => {
    const folder = withDriver(`setInterval(() => undefined, 1000); ${GOOD}`);
    expect((await osiris(folder, "run", "pipeline.yaml")).exitCode).toBe(0);
  });

  test("leaves a statement running: it is stopped", async () => {
    const folder = withDriver(
      `void ctx.query("SELECT count(*) FROM range(100000000000)").catch(() => undefined); ${GOOD}`,
    );
    expect((await osiris(folder, "run", "pipeline.yaml")).exitCode).toBe(0);
  });

  test("prints: stdout still holds one JSON document", async () => {
    const folder = withDriver(`console.log("hello"); process.stdout.write("{}"); ${GOOD}`);
    const { exitCode, stdout, stderr } = await osiris(folder, "run", "pipeline.yaml", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ status: "succeeded" });
    expect(stderr).toContain("hello");
    expect(exitCode).toBe(0);
  });

  test("calls process.exit(0): that is no success", async () => {
    const folder = withDriver("process.exit(0);");
    const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ status: "error", code: "run.ended" });
    expect(exitCode).toBe(1);
    const runs = await osiris(folder, "runs", "list", "--json");
    expect(JSON.parse(runs.stdout)).toMatchObject([{ status: "killed" }]);
  });

  test.each([
    ["rejects where nobody awaits", 'void Promise.reject(new Error("lost"));'],
    ["throws in a timer", 'setTimeout(() => { throw new Error("lost"); }, 10);'],
  ])("%s: the run fails, with the reason", async (_name, fault) => {
    const folder = withDriver(
      `${fault} await new Promise((resolve, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));`,
    );
    const { exitCode, stdout, stderr } = await osiris(folder, "run", "pipeline.yaml", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ status: "failed", error: { code: "driver.uncaught" } });
    expect(stdout + stderr).not.toMatch(/\n\s+at .*:\d+/);
    expect(exitCode).toBe(1);
  });

  test("never ends and does not heed the signal: it is left behind", async () => {
    const folder = withDriver("await new Promise(() => undefined);");
    const child = startOsiris(folder, "run", "pipeline.yaml", "--json");
    const outcome = outcomeOf(child);
    await untilStderr(child, "s …");
    child.kill("SIGTERM");
    const { exitCode, stdout } = await outcome;
    expect(JSON.parse(stdout)).toMatchObject({
      status: "cancelled",
      steps: [{ status: "cancelled", error: { code: "driver.ignored_cancel" } }],
    });
    expect(exitCode).toBe(143);
  });

  test("a second signal ends at once", async () => {
    const folder = withDriver("await new Promise(() => undefined);");
    const child = startOsiris(folder, "run", "pipeline.yaml", "--json");
    const outcome = outcomeOf(child);
    await untilStderr(child, "s …");
    child.kill("SIGINT");
    await untilStderr(child, "once more");
    child.kill("SIGINT");
    const { exitCode, stdout } = await outcome;
    expect(JSON.parse(stdout)).toMatchObject({ code: "run.ended", category: "cancelled" });
    expect(exitCode).toBe(130);
  });
});

test("what a killed run has left beside a destination goes with the next run", async () => {
  const slow = "SELECT sum(sin(a.range * b.range)) AS s FROM range(1000000) a, range(1000000) b";
  const files: Readonly<Record<string, string>> = {
    "package.json": projectManifest("osiris-driver-odd"),
    ...driverPackage("osiris-driver-odd", [
      {
        name: "odd.writer",
        mode: "write",
        inputs: "one",
        run: 'const { writeFileSync } = await import("node:fs"); writeFileSync(ctx.partialPath(config.path), "half"); process.stderr.write("half written"); await ctx.query(config.sql); return { rows: 0 };',
      },
    ]),
  };
  const spec = JSON.parse(files["node_modules/osiris-driver-odd/0.yaml"] ?? "") as Record<string, unknown>;
  const folder = project({
    ...files,
    "node_modules/osiris-driver-odd/0.yaml": JSON.stringify({
      ...spec,
      paths: { write: ["/path"] },
      configSchema: { type: "object", properties: { path: { type: "string" }, sql: { type: "string" } } },
    }),
    "in.csv": "a\n1\n",
    "odd.yaml":
      pipeline(`  - { id: a, component: duckdb.processor, mode: transform, config: { query: SELECT 1 AS a } }
  - { id: w, component: odd.writer, mode: write, config: { path: out.csv, sql: "${slow}" } }
`),
    "good.yaml":
      pipeline(`  - { id: a, component: duckdb.processor, mode: transform, config: { query: SELECT 1 AS a } }
  - { id: w, component: filesystem.csv_writer, mode: write, config: { path: out.csv } }
`).replace("name: test", "name: other"),
  });
  const partials = (): readonly string[] => readdirSync(folder).filter((name) => name.endsWith(".part"));
  const child = startOsiris(folder, "run", "odd.yaml");
  const outcome = outcomeOf(child);
  await untilStderr(child, "half written");
  // While the other run goes on its file is in use.
  expect((await osiris(folder, "run", "good.yaml")).exitCode).toBe(0);
  expect(partials()).toHaveLength(1);
  child.kill("SIGKILL");
  await outcome;
  expect((await osiris(folder, "run", "good.yaml")).exitCode).toBe(0);
  expect(partials()).toEqual([]);
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("a\n1\n");
});

test("last is the newest run, also of two in one second", async () => {
  const folder = project({
    "one.yaml": pipeline(
      "  - { id: a, component: duckdb.processor, mode: transform, config: { query: SELECT 1 AS n } }\n",
    ),
    "two.yaml": pipeline(
      "  - { id: a, component: duckdb.processor, mode: transform, config: { query: SELECT 2 AS n } }\n",
    ),
  });
  for (let round = 0; round < 3; round++) {
    for (const [file, n] of [
      ["one.yaml", 1],
      ["two.yaml", 2],
    ] as const) {
      await osiris(folder, "run", file);
      const { stdout } = await osiris(folder, "query", "FROM a", "--json");
      expect(JSON.parse(stdout)).toMatchObject({ rows: [{ n }] });
    }
  }
  expect(existsSync(join(folder, ".osiris_sessions"))).toBe(true);
});
