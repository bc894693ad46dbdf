import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris, osirisWith } from "../src/osiris.ts";
import { logLines, pipeline, project, runFolder } from "../src/project.ts";

const PEOPLE =
  "  - { id: people, component: filesystem.csv_extractor, mode: read, config: { path: people.csv } }\n";
/** The same table with columns that the compiler knows. */
const KNOWN = PEOPLE.replace(
  "path: people.csv",
  "path: people.csv, columns: [name, age], dtype: { name: VARCHAR, age: INTEGER }",
);
const FILES = { "people.csv": "name,age\nžluťoučký kůň,7\nAnna,41\n" };

/** A SQL step; `query` is what stands behind the key, as it is written in the file. */
const sql = (query: string): string =>
  `  - id: result\n    component: duckdb.processor\n    mode: transform\n    needs: [people]\n    config:\n      query: ${query}\n`;

interface RunError {
  readonly code: string;
  readonly place?: { readonly file?: string; readonly line: number; readonly column: number };
}

/** The error of the last step in run.json. */
function stepError(folder: string): RunError | undefined {
  const record = JSON.parse(readFileSync(join(runFolder(folder), "run.json"), "utf8")) as {
    steps: { error?: RunError }[];
  };
  return record.steps.at(-1)?.error;
}

interface Table {
  readonly columns: readonly (readonly [name: unknown, type: unknown])[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Runs a pipeline that must succeed, and reads the table `result`. */
async function resultOf(folder: string): Promise<Table & { readonly stderr: string }> {
  const { exitCode, stderr, stdout } = await osiris(folder, "run", "p.yaml");
  expect(stdout).toContain("succeeded");
  expect(exitCode).toBe(0);
  const shape = await osiris(folder, "query", "DESCRIBE result", "--json", "--limit", "2000");
  const { rows } = JSON.parse((await osiris(folder, "query", "FROM result", "--json")).stdout) as Table;
  const columns = (JSON.parse(shape.stdout) as Table).rows;
  return { columns: columns.map((row) => [row["column_name"], row["column_type"]]), rows, stderr };
}

describe("SQL that fails when it runs", () => {
  test.each([
    [
      "a block",
      "|\n        SELECT 'ž' AS z,\n          name::INTEGER AS number\n        FROM people",
      "::INTEGER",
    ],
    [
      "a folded text",
      ">-\n        SELECT 'ž' AS z,\n\n          CAST(name AS DATE) AS day\n        FROM people;",
      "CAST",
    ],
    ["quotes", '"SELECT \'\\u017e\' AS z, \\"name\\"::INTEGER AS number\\n  FROM people"', "::INTEGER"],
    ["one line", "SELECT name::INTEGER AS number FROM people", "::INTEGER"],
    ["a column that is not there", "|-\n        SELECT name,\n          nmae\n        FROM people", "nmae"],
    ["a value from a parameter", "SELECT name::${params.type} AS value FROM people", "::${"],
    [
      "an overflow, which has no place of its own",
      "|\n        SELECT 9223372036854775807 +\n          length(name) FROM people",
      "SELECT",
    ],
    ["an error of its own", "SELECT error(name) FROM people", "SELECT"],
    ["an unnamed struct", "SELECT row(name, age) FROM people", "SELECT"],
  ])("points into the file: %s", async (_, query, at) => {
    const text = pipeline(PEOPLE + sql(query), "params: { type: INTEGER }\n");
    const folder = project({ ...FILES, "p.yaml": text });
    const { exitCode, stdout } = await osiris(folder, "run", "p.yaml");
    expect(exitCode).toBe(1);
    const before = text.slice(0, text.indexOf(at, text.indexOf("query:"))).split("\n");
    const place = { line: before.length, column: (before.at(-1) ?? "").length + 1 };
    expect(stdout).toContain(`p.yaml:${place.line}:${place.column}\n`);
    expect(stdout).toContain(` | ${text.split("\n")[place.line - 1]}\n`);
    expect(stepError(folder)).toMatchObject({ place: { file: "p.yaml", ...place } });
  });

  test("names the query when memory runs out", async () => {
    const query = "SELECT list(i) AS l FROM range(50000000) t(i), people GROUP BY i % 100000";
    const folder = project({ ...FILES, "p.yaml": pipeline(PEOPLE + sql(query)) });
    const { stdout } = await osiris(
      folder,
      "run",
      "p.yaml",
      "--memory-limit",
      "60MB",
      "--max-temp-size",
      "1MB",
    );
    expect(stdout).toMatch(
      /Step "result" failed: failed to allocate.* \[database.out_of_memory\]\n  p\.yaml:10:14\n/,
    );
  });

  test("names the line of the query in a run from a manifest", async () => {
    const query = "|\n        SELECT 'ž' AS z,\n          name::INTEGER AS number\n        FROM people";
    const folder = project({ ...FILES, "p.yaml": pipeline(PEOPLE + sql(query)) });
    await osiris(folder, "compile", "p.yaml", "--out", "build");
    const { exitCode, stdout } = await osiris(folder, "run", "build/manifest.yaml");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("line 2, column 7 of its SQL\n  2 |   name::INTEGER AS number\n    |       ^\n");
    expect(stepError(folder)?.place).toEqual({
      line: 2,
      column: 7,
      excerpt: { text: "  name::INTEGER AS number", column: 7 },
    });
  });

  test("is told as it is when a driver calls something else SQL", async () => {
    const run =
      'const error = new Error("own words"); throw Object.assign(error, { [Symbol.for("osiris.error")]: true, code: "own.code", category: "data", retryable: false, sql: 5 });';
    const folder = project({
      ...driverPackage("osiris-driver-own", [
        {
          name: "own.sql",
          mode: "transform",
          inputs: "many",
          spec: {
            sql: "/query",
            configSchema: { type: "object", properties: { query: { type: "string" } } },
          },
          run,
        },
      ]),
      "package.json": projectManifest("osiris-driver-own"),
      "p.yaml": pipeline(
        "  - { id: result, component: own.sql, mode: transform, config: { query: SELECT 1 } }\n",
      ),
    });
    const { stdout } = await osiris(folder, "run", "p.yaml");
    expect(stdout).toMatch(/Step "result" failed: own words \[own\.code\]\n$/);
  });

  test("names the line of a statement that is a driver's own", async () => {
    const folder = project({
      ...driverPackage("osiris-driver-own", [
        {
          name: "own.sql",
          mode: "transform",
          inputs: "none",
          run: 'await ctx.query("SELECT 1,\\n nowhere"); return { rows: 0 };',
        },
      ]),
      "package.json": projectManifest("osiris-driver-own"),
      "p.yaml": pipeline("  - { id: result, component: own.sql, mode: transform, config: {} }\n"),
    });
    const { stdout } = await osiris(folder, "run", "p.yaml");
    expect(stdout).toContain("[sql.binding]\n  line 2, column 2 of its SQL\n  2 |  nowhere\n    |  ^\n");
  });
});

test("no line is shown of a statement that holds a secret", async () => {
  const secret = `cut-${"x".repeat(200)}`;
  const folder = project({
    ...driverPackage("osiris-driver-own", [
      {
        name: "own.sql",
        mode: "transform",
        inputs: "none",
        spec: {
          secrets: ["/token"],
          configSchema: { type: "object", properties: { token: { type: "string" } } },
        },
        run: "await ctx.query(`SELECT nowhere, '${config.token.reveal()}'`); return { rows: 0 };",
      },
    ]),
    "package.json": projectManifest("osiris-driver-own"),
    "p.yaml": pipeline(
      "  - { id: result, component: own.sql, mode: transform, config: { token: '${TOKEN}' } }\n",
    ),
  });
  const { stdout } = await osirisWith({ TOKEN: secret }, folder, "run", "p.yaml");
  expect(stdout).toContain("[sql.binding]");
  expect(stdout).not.toContain("cut-");
  expect(stepError(folder)?.place).toBeUndefined();
});

test("the plan of a query is a debug event", async () => {
  const query = "SELECT name, count(*) AS n FROM people GROUP BY name ORDER BY n; -- done";
  const folder = project({ ...FILES, "p.yaml": pipeline(PEOPLE + sql(JSON.stringify(query))) });
  const { stderr } = await resultOf(folder);
  const [event] = logLines(runFolder(folder), "events").filter(({ level }) => level === "debug");
  expect(event).toMatchObject({ event: "log", step_id: "result", message: "The query's plan" });
  expect(event?.["plan"]).toMatch(/ORDER_BY[^]*HASH_GROUP_BY[^]*people/);
  expect(stderr).not.toContain("ORDER_BY");
});

describe("what a SQL step can do", () => {
  test("reads any number of tables, and several of one step", async () => {
    const outputs = ["a", "b", "c"].map(
      (name, index) =>
        `{ const t = await ctx.createTable([{ name: "id", type: "INTEGER" }], { output: "${name}" }); t.append({ id: ${index} }); t.append({ id: 9 }); }`,
    );
    const folder = project({
      ...FILES,
      ...driverPackage("osiris-driver-many", [
        {
          name: "many.extractor",
          mode: "extract",
          inputs: "none",
          run: `${outputs.join("\n")}\nreturn { rows: 6 };`,
        },
      ]),
      "package.json": projectManifest("osiris-driver-many"),
      "p.yaml": pipeline(
        `${PEOPLE}  - { id: many, component: many.extractor, mode: read, config: {} }
  - { id: more, component: many.extractor, mode: read, config: {} }
  - { id: result, component: duckdb.processor, mode: transform, config: { query: "SELECT count(*) AS n FROM many__a JOIN many__b USING (id) JOIN more__a USING (id) JOIN more__c USING (id), people" } }\n`,
      ),
    });
    expect((await resultOf(folder)).rows).toEqual([{ n: "2" }]);
  });

  test.each([
    ["FROM input_df SELECT name ORDER BY name;", [["name", "VARCHAR"]], 2],
    [
      "-- first\nWITH x AS (FROM people) /* then */ SELECT name FROM x UNION ALL FROM (VALUES ('x')) -- last",
      [["name", "VARCHAR"]],
      3,
    ],
    [
      "VALUES (1, 'a'), (2, 'b')",
      [
        ["col0", "INTEGER"],
        ["col1", "VARCHAR"],
      ],
      2,
    ],
    [
      "SELECT name, row_number() OVER (ORDER BY name) AS n FROM people QUALIFY n = 1",
      [
        ["name", "VARCHAR"],
        ["n", "BIGINT"],
      ],
      1,
    ],
    [
      "SELECT 1, count(*) FROM people",
      [
        ["1", "INTEGER"],
        ["count_star()", "BIGINT"],
      ],
      1,
    ],
    [
      "SELECT name, 1.5 AS d, DATE '2024-01-01' AS day FROM people WHERE false",
      [
        ["name", "VARCHAR"],
        ["d", "DECIMAL(2,1)"],
        ["day", "DATE"],
      ],
      0,
    ],
  ])("%s", async (query, columns, rows) => {
    const folder = project({ ...FILES, "p.yaml": pipeline(PEOPLE + sql(JSON.stringify(query))) });
    const result = await resultOf(folder);
    expect(result.columns).toEqual(columns);
    expect(result.rows).toHaveLength(rows);
  });

  test("makes columns of every type", async () => {
    const types = {
      "1::UTINYINT": "UTINYINT",
      "1::HUGEINT": "HUGEINT",
      "1::UHUGEINT": "UHUGEINT",
      "1::FLOAT": "FLOAT",
      "1::DECIMAL(38,10)": "DECIMAL(38,10)",
      "'2024-01-01'::TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE",
      "'2024-01-01'::TIMESTAMP_NS": "TIMESTAMP_NS",
      "'10:00'::TIME": "TIME",
      "INTERVAL 1 DAY": "INTERVAL",
      "'x'::BLOB": "BLOB",
      "'101'::BIT": "BIT",
      "'{}'::JSON": "JSON",
      "'a'::ENUM('a', 'b')": "ENUM('a', 'b')",
      "[1, 2]": "INTEGER[]",
      "[1, 2]::INTEGER[2]": "INTEGER[2]",
      "{'a': 1, 'b c': [{'d': 'x'}]}": 'STRUCT(a INTEGER, "b c" STRUCT(d VARCHAR)[])',
      "MAP {'k': 1}": "MAP(VARCHAR, INTEGER)",
      "union_value(a := 1)": "UNION(a INTEGER)",
      NULL: '"NULL"',
      "'f47ac10b-58cc-4372-a567-0e02b2c3d479'::UUID": "UUID",
    };
    const list = Object.keys(types).map((value, index) => `${value} AS c${index}`);
    const folder = project({
      ...FILES,
      "p.yaml": pipeline(PEOPLE + sql(JSON.stringify(`SELECT ${list.join(", ")} FROM people`))),
    });
    const { columns } = await resultOf(folder);
    // A table has no column without a type.
    expect(columns.map(([, type]) => type)).toEqual(
      Object.values(types).map((type) => (type === '"NULL"' ? "INTEGER" : type)),
    );
  });

  test("makes a thousand columns", async () => {
    const list = Array.from({ length: 1_000 }, (_, index) => `age + ${index} AS c${index}`);
    const folder = project({
      ...FILES,
      "p.yaml": pipeline(KNOWN + sql(`SELECT ${list.join(", ")} FROM people`)),
    });
    const { columns, rows } = await resultOf(folder);
    expect(columns).toHaveLength(1_000);
    expect(rows[0]?.["c999"]).toBe(1_006);
  });
});

describe("columns of one name", () => {
  const QUERY = "SELECT p.*, q.name, 1 AS NAME_1 FROM people p JOIN people q USING (age)";

  test("get others, and a warning when the step has run", async () => {
    const folder = project({ ...FILES, "p.yaml": pipeline(PEOPLE + sql(QUERY)) });
    const { columns, stderr } = await resultOf(folder);
    expect(columns.map(([name]) => name)).toEqual(["name", "age", "name_1", "NAME_1_1"]);
    expect(stderr).toContain(
      'warn: result: Several columns have one name, and a table cannot: "name" became "name_1", "NAME_1" became "NAME_1_1"',
    );
  });

  test("are a warning before it runs, where the columns are known", async () => {
    const folder = project({ ...FILES, "p.yaml": pipeline(KNOWN + sql(QUERY)) });
    const { exitCode, stderr } = await osiris(folder, "validate", "p.yaml");
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      'p.yaml:10:14: warning: SQL: several columns have one name, and a table cannot: "name" becomes "name_1", "NAME_1" becomes "NAME_1_1" [sql.renamed_column]',
    );
  });

  test("a struct without names is refused at its query, where the columns are known", async () => {
    const folder = project({
      ...FILES,
      "p.yaml": pipeline(KNOWN + sql("SELECT row(name, age) FROM people")),
    });
    const { exitCode, stderr } = await osiris(folder, "validate", "p.yaml");
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      "p.yaml:10:14: error: SQL: A table cannot hold a struct without names, such as row(1, 2): write {'a': 1, 'b': 2} [sql.invalid]",
    );
  });
});
