import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris } from "../src/osiris.ts";
import { logLines, pipeline, project, runFolder } from "../src/project.ts";

const WAIT = driverPackage("osiris-driver-wait", [
  {
    name: "wait.half_a_second",
    mode: "extract",
    inputs: "none",
    run: 'await new Promise((resolve) => setTimeout(resolve, 500)); await ctx.createTableAs("SELECT 1 AS a"); return { rows: 1 };',
  },
]);
const waiting = (id: string, needs = "[]"): string =>
  `  - { id: ${id}, component: wait.half_a_second, mode: read, needs: ${needs} }\n`;

function overlaps(run: string): number {
  let running = 0;
  let most = 0;
  for (const { event } of logLines(run, "events")) {
    if (event === "step_start") running += 1;
    if (event === "step_complete") running -= 1;
    most = Math.max(most, running);
  }
  return most;
}

describe("independent steps", () => {
  test("run at the same time, as many as --concurrency allows, and wait for their needs", async () => {
    const steps = waiting("a") + waiting("b") + waiting("c") + waiting("d", "[a, b, c]");
    for (const [concurrency, most] of [
      [1, 1],
      [2, 2],
      [8, 3],
    ] as const) {
      const folder = project({
        "package.json": projectManifest("osiris-driver-wait"),
        ...WAIT,
        "pipeline.yaml": pipeline(steps),
      });
      const { exitCode } = await osiris(folder, "run", "pipeline.yaml", "--concurrency", String(concurrency));
      expect(exitCode).toBe(0);
      expect(overlaps(runFolder(folder))).toBe(most);
    }
  });

  test("are left alone when another one fails; what waits does not start", async () => {
    const folder = project({
      "package.json": projectManifest("osiris-driver-wait"),
      ...WAIT,
      "pipeline.yaml": pipeline(
        `${waiting("a")}  - { id: bad, component: duckdb.processor, mode: transform, needs: [], config: { query: "SELECT error('no')" } }\n${waiting("c", "[a]")}`,
      ),
    });
    const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml", "--concurrency", "2", "--json");
    expect(exitCode).toBe(1);
    const { steps } = JSON.parse(stdout) as { steps: { status: string }[] };
    expect(steps.map((step) => step.status)).toEqual(["succeeded", "failed", "not_run"]);
  });

  test("leave files and timers quick while eight SQL steps run", async () => {
    const probe = `
      const { stat } = await import("node:fs/promises");
      const table = await ctx.createTable([{ name: "ms", type: "DOUBLE" }]);
      for (let n = 0; n < 40; n++) {
        const started = performance.now();
        await stat("/");
        await new Promise((resolve) => setTimeout(resolve, 5));
        table.append({ ms: performance.now() - started });
      }
      return { rows: table.rows };`;
    const query = "SELECT sum(sin(a.range * b.range)) AS s FROM range(5000) a, range(10000) b";
    const sql = Array.from(
      { length: 8 },
      (_, n) =>
        `  - { id: q${n}, component: duckdb.processor, mode: transform, needs: [], config: { query: "${query}" } }\n`,
    );
    const folder = project({
      "package.json": projectManifest("osiris-driver-probe"),
      ...driverPackage("osiris-driver-probe", [
        { name: "probe.latency", mode: "extract", inputs: "none", run: probe },
      ]),
      "pipeline.yaml": pipeline(
        `${sql.join("")}  - { id: probe, component: probe.latency, mode: read, needs: [] }\n`,
      ),
    });
    const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml", "--concurrency", "9", "--json");
    expect(exitCode).toBe(0);
    const { steps } = JSON.parse(stdout) as { steps: { id: string; duration_ms: number }[] };
    const duration = (id: string): number => steps.find((step) => step.id === id)?.duration_ms ?? Number.NaN;
    const quickest = Math.min(...sql.map((_, n) => duration(`q${n}`)));
    const answer = await osiris(folder, "query", "SELECT max(ms) AS ms FROM probe", "--json");
    const { rows } = JSON.parse(answer.stdout) as { rows: { ms: number }[] };
    // A blocked pool makes a file access wait for a whole query, and a step's small statements for several.
    expect(rows[0]?.ms).toBeLessThan(quickest / 2);
    expect(duration("probe")).toBeLessThan(quickest);
  });
});
