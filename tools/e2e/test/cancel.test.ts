import { describe, expect, test } from "vitest";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { osiris, outcomeOf, startOsiris, untilStderr } from "../src/osiris.ts";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { pipeline, project, runFolder } from "../src/project.ts";

/** Minutes of work for DuckDB, after a step that is done at once. */
const SLOW = pipeline(`  - id: quick
    component: duckdb.processor
    mode: transform
    config: { query: SELECT 42 AS answer }
  - id: slow
    component: duckdb.processor
    mode: transform
    config: { query: "SELECT sum(sin(a.range * b.range)) AS s FROM input_df, range(1000000) a, range(1000000) b" }
  - id: after
    component: filesystem.csv_writer
    mode: write
    config: { path: out/after.csv }
`);

describe("a run that is stopped", () => {
  test.each(["ctx.signal.reason", "new DOMException('This operation was aborted', 'AbortError')"])(
    "is no defect of a driver that ends with %s",
    async (reason) => {
      const folder = project({
        "package.json": projectManifest("osiris-driver-slow"),
        ...driverPackage("osiris-driver-slow", [
          {
            name: "slow.one",
            mode: "extract",
            inputs: "none",
            run: `await new Promise((_, reject) => {
              const end = () => reject(${reason});
              if (ctx.signal.aborted) end();
              ctx.signal.addEventListener("abort", end);
            });`,
          },
        ]),
        "pipeline.yaml": pipeline("  - { id: s, component: slow.one, mode: read }\n"),
      });
      const child = startOsiris(folder, "run", "pipeline.yaml", "--json");
      const outcome = outcomeOf(child);
      await untilStderr(child, "s …");
      child.kill("SIGINT");
      const { stdout, exitCode } = await outcome;
      expect(JSON.parse(stdout)).toMatchObject({
        steps: [{ status: "cancelled", error: { code: "run.cancelled" } }],
      });
      expect(exitCode).toBe(130);
    },
  );

  test("has not succeeded when a driver ends quietly, with what it has read so far", async () => {
    const folder = project({
      "package.json": projectManifest("osiris-driver-quiet"),
      ...driverPackage("osiris-driver-quiet", [
        {
          name: "quiet.one",
          mode: "extract",
          inputs: "none",
          run: `const table = await ctx.createTable([{ name: "n", type: "INTEGER" }]);
            table.append({ n: 1 });
            await new Promise((resolve) => ctx.signal.addEventListener("abort", resolve));
            return { rows: table.rows, state: { seen: 1 } };`,
        },
      ]),
      "pipeline.yaml": pipeline("  - { id: s, component: quiet.one, mode: read, timeout: 300ms }\n"),
    });
    const timedOut = await osiris(folder, "run", "pipeline.yaml", "--json");
    expect(JSON.parse(timedOut.stdout)).toMatchObject({
      status: "failed",
      steps: [{ status: "failed", error: { code: "step.timeout" }, tables: [] }],
    });
    writeFileSync(
      join(folder, "pipeline.yaml"),
      pipeline("  - { id: s, component: quiet.one, mode: read }\n"),
    );
    const child = startOsiris(folder, "run", "pipeline.yaml", "--json");
    const outcome = outcomeOf(child);
    await untilStderr(child, "s …");
    child.kill("SIGTERM");
    const { stdout, exitCode } = await outcome;
    expect(exitCode).toBe(143);
    expect(JSON.parse(stdout)).toMatchObject({ status: "cancelled", steps: [{ status: "cancelled" }] });
    expect(existsSync(join(folder, ".osiris_state"))).toBe(false);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("by %s ends in order", async (signal, exitCode) => {
    const folder = project({ "pipeline.yaml": SLOW });
    const child = startOsiris(folder, "run", "pipeline.yaml", "--json");
    const outcome = outcomeOf(child);
    await untilStderr(child, "slow …");
    child.kill(signal);
    const { stdout, exitCode: seen } = await outcome;
    expect(seen).toBe(exitCode);
    const record = JSON.parse(stdout) as { status: string; steps: { status: string }[] };
    expect(record.status).toBe("cancelled");
    expect(record.steps.map((step) => step.status)).toEqual(["succeeded", "cancelled", "not_run"]);
    const runs = await osiris(folder, "runs", "list", "--json");
    expect(JSON.parse(runs.stdout)).toMatchObject([{ status: "cancelled" }]);
    const tables = await osiris(
      folder,
      "query",
      "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'",
      "--json",
    );
    expect(JSON.parse(tables.stdout)).toMatchObject({ rows: [{ table_name: "quick" }] });
  });

  test("cannot be looked into while it runs; when it was killed it can", async () => {
    const folder = project({ "pipeline.yaml": SLOW });
    const child = startOsiris(folder, "run", "pipeline.yaml");
    const outcome = outcomeOf(child);
    await untilStderr(child, "slow …");
    const locked = await osiris(folder, "query", "SELECT 1");
    expect(locked.exitCode).toBe(1);
    expect(locked.stderr).toMatch(/is still going on/);
    child.kill("SIGKILL");
    await outcome;
    const runs = await osiris(folder, "runs", "list", "--json");
    expect(JSON.parse(runs.stdout)).toMatchObject([{ status: "killed" }]);
    const preview = await osiris(folder, "preview", "quick", "--json");
    expect(JSON.parse(preview.stdout)).toMatchObject({ rows: [{ answer: 42 }] });
    const events = readFileSync(join(runFolder(folder), "logs/events.jsonl"), "utf8");
    expect(events).not.toContain("run_complete");
  });
});
