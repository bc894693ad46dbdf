import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { osiris } from "../src/osiris.ts";
import { exampleProject, logLines, runFolder } from "../src/project.ts";

const RESULT = `director,country,movies,first_released,profit
Hana Mori,JP,2,2016-08-27,20750000.75
"Okafor, Ada",NG,2,2014-10-03,15800000.25
Věra Svobodová,CZ,3,2009-03-12,14170000.50
Jean-Luc Marchand,FR,2,2011-05-20,3350000.40
`;

describe("the movies example", () => {
  test("goes from two CSV files to one, with a closing table", async () => {
    const folder = exampleProject("movies");
    const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml");
    expect(exitCode).toBe(0);
    expect(readFileSync(join(folder, "out/top-directors.csv"), "utf8")).toBe(RESULT);
    expect(stdout).toMatch(/step +status +rows in +rows out +seconds +rows\/s/);
    expect(stdout).toMatch(/^top-directors +ok +15 +4 /m);
    expect(stdout).toMatch(/^Result: out\/top-directors\.csv$/m);
    expect(stdout).toMatch(/^Run folder: \.osiris_sessions\/\d{8}T\d{9}Z-[0-9a-f]{6}$/m);
    expect(readdirSync(join(folder, "out"))).toEqual(["top-directors.csv"]);
  });

  test("leaves a run folder that tells what happened", async () => {
    const folder = exampleProject("movies");
    const { stdout } = await osiris(folder, "run", "pipeline.yaml", "--json");
    const record = JSON.parse(stdout) as {
      run_id: string;
      status: string;
      steps: { id: string; rows_out: number }[];
    };
    expect(record.status).toBe("succeeded");
    expect(record.steps.map(({ id, rows_out }) => [id, rows_out])).toEqual([
      ["movies", 10],
      ["directors", 5],
      ["top-directors", 4],
      ["report", 4],
    ]);
    const run = runFolder(folder);
    expect(readdirSync(run).toSorted()).toEqual([
      "artifacts",
      "cfg",
      "logs",
      "manifest.yaml",
      "origin.json",
      "pipeline_data.duckdb",
      "plan.json",
      "run.json",
    ]);
    expect(JSON.parse(readFileSync(join(run, "run.json"), "utf8"))).toEqual(record);
    const events = logLines(run, "events");
    expect(new Set(events.map((event) => event["run_id"]))).toEqual(new Set([record.run_id]));
    expect(events.at(0)?.["event"]).toBe("run_start");
    expect(events.at(-1)).toMatchObject({ event: "run_complete", status: "succeeded" });
    expect(events.filter((event) => event["event"] === "step_complete")).toHaveLength(4);
    const written = logLines(run, "metrics").filter((line) => line["metric"] === "rows_out");
    expect(written.at(-1)).toMatchObject({ step_id: "report", value: 4, unit: "rows" });
  });

  test("can be previewed and queried afterwards", async () => {
    const folder = exampleProject("movies");
    await osiris(folder, "run", "pipeline.yaml");
    const preview = await osiris(folder, "preview", "top-directors", "--limit", "1", "--json");
    expect(JSON.parse(preview.stdout)).toMatchObject({
      table: "top_directors",
      total_rows: 4,
      rows: [{ director: "Hana Mori", movies: "2", first_released: "2016-08-27", profit: "20750000.75" }],
    });
    const query = await osiris(
      folder,
      "query",
      "SELECT count(*) AS n FROM movies WHERE revenue IS NULL",
      "--json",
    );
    expect(JSON.parse(query.stdout)).toMatchObject({ rows: [{ n: "1" }], truncated: false });
    const text = await osiris(folder, "query", "SELECT title FROM movies ORDER BY id", "--limit", "2");
    expect(text.stdout).toContain("Rain, Again");
    expect(text.stdout).toContain("The first 2 rows; --limit shows more.");
    const runs = await osiris(folder, "runs", "list", "--json");
    expect(JSON.parse(runs.stdout)).toMatchObject([{ pipeline: "movies", status: "succeeded" }]);
  });

  test("takes parameters", async () => {
    const folder = exampleProject("movies");
    const { exitCode } = await osiris(folder, "run", "pipeline.yaml", "--param", "min_movies=3");
    expect(exitCode).toBe(0);
    expect(readFileSync(join(folder, "out/top-directors.csv"), "utf8")).toBe(
      RESULT.split("\n")
        .filter((line) => /^(director|Věra)/.test(line))
        .join("\n") + "\n",
    );
    const wrong = await osiris(folder, "run", "pipeline.yaml", "--param", "min_movies=0");
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain("must be in 1 to ∞");
  });

  test("compiles to the same bytes in two folders, two zones and two locales, and the manifest runs", async () => {
    const [one, two] = [exampleProject("movies"), exampleProject("movies")];
    const outcomes = [];
    for (const [folder, env] of [
      [one, { TZ: "Pacific/Kiritimati", LC_ALL: "C" }],
      [two, { TZ: "America/Los_Angeles", LC_ALL: "tr_TR.UTF-8" }],
    ] as const) {
      Object.assign(process.env, env);
      outcomes.push(await osiris(folder, "compile", "pipeline.yaml", "--out", "build"));
    }
    expect(outcomes.map((outcome) => outcome.exitCode)).toEqual([0, 0]);
    const files = [
      "manifest.yaml",
      "plan.json",
      ...readdirSync(join(one, "build/cfg")).map((name) => `cfg/${name}`),
    ];
    expect(files).toHaveLength(6);
    for (const file of files) {
      const bytes = readFileSync(join(one, "build", file));
      expect(bytes.equals(readFileSync(join(two, "build", file)))).toBe(true);
      expect(bytes.includes(one)).toBe(false);
    }
    const run = await osiris(one, "run", "--last-compile");
    expect(run.exitCode).toBe(0);
    expect(readFileSync(join(one, "out/top-directors.csv"), "utf8")).toBe(RESULT);
    const moved = await osiris(two, "run", "build/manifest.yaml", "--base-dir", one);
    expect(moved.exitCode).toBe(0);
    expect(existsSync(join(two, "out"))).toBe(false);
  });
});
