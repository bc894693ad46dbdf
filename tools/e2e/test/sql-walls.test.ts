import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris } from "../src/osiris.ts";
import { pipeline, project, runFolder } from "../src/project.ts";
import { SQL_ATTACKS } from "../src/sql-attacks.ts";

/** Stands in secret.csv, and nowhere else. */
const CANARY = "canary-5f81";

const SOURCES = `  - { id: films, component: filesystem.csv_extractor, mode: read, needs: [], config: { path: films.csv } }
  - { id: people, component: filesystem.csv_extractor, mode: read, needs: [], config: { path: people.csv } }
`;
const FILES = {
  "films.csv": "title\nAlien\n",
  "people.csv": "name\na\n",
  "secret.csv": `name\n${CANARY}\n`,
};

/** Where the first character of `text` stands behind `offset`, from 1. */
function lineAndColumn(text: string, offset: number): readonly [line: number, column: number] {
  const before = text.slice(0, offset).split("\n");
  return [before.length, (before.at(-1) ?? "").length + 1];
}

interface Outcome {
  readonly query: string;
  readonly createTableAs: string;
  readonly stream: string;
}

/** Runs all attacks in all three ways that a driver has, and writes down how each ended. */
const RUN_ATTACKS = `
  const { readFileSync, symlinkSync, writeFileSync } = await import("node:fs");
  const { folder, attacks } = JSON.parse(readFileSync(config.path, "utf8"));
  symlinkSync(folder + "/secret.csv", ctx.artifacts + "/link.csv");
  symlinkSync(folder, ctx.artifacts + "/up");
  const shown = [];
  let made = 0;
  const ways = {
    query: async (sql) => shown.push((await ctx.query(sql)).rows),
    createTableAs: async (sql, number) => { made += (await ctx.createTableAs(sql, { output: "t" + number })).rows; },
    stream: async (sql) => {
      const connection = await ctx.connect();
      for await (const batch of connection.stream(sql)) shown.push(batch.columns.map((column) => String(column.get(0))));
    },
  };
  const outcomes = [];
  for (const [number, attack] of attacks.entries()) {
    const sql = attack.replaceAll("{artifacts}", ctx.artifacts);
    const outcome = {};
    for (const [name, way] of Object.entries(ways)) {
      try {
        await way(sql, number);
        outcome[name] = "answers";
      } catch (error) {
        outcome[name] = error.code;
        shown.push(error.message);
      }
    }
    outcomes.push(outcome);
  }
  const text = JSON.stringify({ outcomes, shown }, (_, value) => typeof value === "bigint" ? String(value) : value);
  writeFileSync(ctx.artifacts + "/outcomes.json", text);
  return { rows: made };`;

describe("wall one", () => {
  test("refuses every attack at its place in the file, and nothing runs", async () => {
    let text = pipeline(SOURCES);
    const expected = SQL_ATTACKS.map(({ sql, compile: [code, at] }, number) => {
      text += `  - { id: attack${number}, component: duckdb.processor, mode: transform, needs: [people], config: { query: "`;
      const query = JSON.stringify(sql).slice(1, -1);
      const start = text.length + query.indexOf(JSON.stringify(at).slice(1, -1));
      text += `${query}" } }\n`;
      return [sql, code, ...lineAndColumn(text, start)];
    });
    const folder = project({ ...FILES, "p.yaml": text });
    const { exitCode, stdout, stderr } = await osiris(folder, "run", "p.yaml", "--json");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`p.yaml:${expected[0]?.slice(2).join(":")}: error:`);
    const { findings } = JSON.parse(stdout) as {
      findings: { code: string; line: number; column: number }[];
    };
    const firstLine = Number(expected[0]?.[2]);
    const first = findings.filter(({ line }, index) => findings[index - 1]?.line !== line);
    const found = first.map(({ code, line, column }) => [
      SQL_ATTACKS[line - firstLine]?.sql,
      code,
      line,
      column,
    ]);
    expect(found).toEqual(expected);
    expect(existsSync(join(folder, ".osiris_sessions"))).toBe(false);
  });
});

describe("wall two", () => {
  test("keeps every attack that is past the compiler from files and settings", async () => {
    const tried = SQL_ATTACKS.filter(({ run }) => run !== "aborts");
    const folder = project({
      ...FILES,
      ...driverPackage("osiris-driver-attacks", [
        {
          name: "attacks.runner",
          mode: "transform",
          inputs: "many",
          spec: {
            paths: { read: ["/path"] },
            configSchema: { type: "object", properties: { path: { type: "string" } } },
          },
          run: RUN_ATTACKS,
        },
      ]),
      "package.json": projectManifest("osiris-driver-attacks"),
      "other.yaml": pipeline(SOURCES),
      "p.yaml": pipeline(
        `${SOURCES}  - { id: attacks, component: attacks.runner, mode: transform, needs: [films, people], config: { path: attacks.json } }\n`,
      ),
    });
    expect(await osiris(folder, "run", "other.yaml", "--sessions-dir", "others")).toMatchObject({
      exitCode: 0,
    });
    const [run = ""] = readdirSync(join(folder, "others"));
    const other = join(folder, "others", run, "pipeline_data.duckdb");
    const attacks = tried.map(({ sql }) => sql.replaceAll("{project}", folder).replaceAll("{other}", other));
    // What the steps' configs name is there to be read.
    const control = `FROM read_csv('${folder}/people.csv')`;
    writeFileSync(join(folder, "attacks.json"), JSON.stringify({ folder, attacks: [control, ...attacks] }));
    const before = readdirSync(folder);

    const { exitCode, stdout } = await osiris(folder, "run", "p.yaml");
    expect(stdout).toContain("succeeded");
    expect(exitCode).toBe(0);
    const record = readFileSync(join(runFolder(folder), "artifacts/attacks/outcomes.json"), "utf8");
    // Not with toContain, which would print all of it.
    expect(record.includes(CANARY) || record.includes("root:")).toBe(false);
    const [allowed, ...outcomes] = (JSON.parse(record) as { outcomes: Outcome[] }).outcomes;
    expect(allowed).toEqual({ query: "answers", createTableAs: "answers", stream: "answers" });
    expect(outcomes.map(({ query }, number) => [tried[number]?.sql, query])).toEqual(
      tried.map(({ sql, run }) => [sql, run]),
    );
    const kept = outcomes.filter((_, number) => tried[number]?.run !== "answers");
    expect(kept.flatMap(({ createTableAs, stream }) => [createTableAs, stream])).not.toContain("answers");
    expect(readdirSync(folder)).toEqual([".osiris_sessions", ...before].toSorted());
    // Refused in the end, but DuckDB makes the folder while it looks at the statement.
    expect(readdirSync(join(runFolder(folder), "artifacts/attacks/export"))).toEqual([]);
  });
});
