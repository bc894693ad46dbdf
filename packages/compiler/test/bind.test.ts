import { describe, expect, test } from "vitest";
import { compile, type CompiledPipeline, type Finding } from "../src/index.ts";
import { components } from "./components.ts";

/** Two readers whose columns are known, one whose are not, and the steps given. */
const pipeline = (steps: string): string => `oml_version: "0.1.0"
name: p
params: { least: 5, column: name }
steps:
  - { id: people, component: test.table, mode: read, config: { columns: { id: BIGINT, name: VARCHAR, "né": DATE } } }
  - { id: visits, component: test.table, mode: read, config: { columns: { id: bigint, at: TIMESTAMPTZ, doc: JSON } } }
  - { id: mystery, component: test.source, mode: read }
${steps}`;
const step = (id: string, query: string): string =>
  `  - { id: ${id}, component: test.sql, mode: transform, config: { query: ${JSON.stringify(query)} } }\n`;

async function findings(steps: string): Promise<readonly Finding[]> {
  return (await compile({ text: pipeline(steps), file: "p.yaml", components })).findings;
}

async function compiled(steps: string): Promise<CompiledPipeline> {
  const result = await compile({ text: pipeline(steps), file: "p.yaml", components });
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return result.pipeline;
}

async function columnsOf(steps: string, id: string): Promise<string> {
  const { files } = await compiled(steps);
  const plan = JSON.parse(files.get("plan.json") ?? "") as {
    steps: { id: string; columns?: { name: string; type: string }[] }[];
  };
  const columns = plan.steps.find((item) => item.id === id)?.columns;
  return columns?.map(({ name, type }) => `${name} ${type}`).join(", ") ?? "unknown";
}

describe("columns", () => {
  test("go from a reader through SQL to SQL, with the names and types that the tables will have", async () => {
    const steps =
      step(
        "a",
        "SELECT id, id, upper(name) AS n, doc, [doc] AS docs, 1.5 AS d, NULL AS e FROM people JOIN visits USING (id)",
      ) +
      step("b", "SELECT * EXCLUDE (n), id + id_1 AS twice FROM a") +
      step("c", "FROM b UNION ALL FROM b");
    const a = "id BIGINT, id_1 BIGINT, n VARCHAR, doc JSON, docs JSON[], d DECIMAL(2,1), e INTEGER";
    expect(await columnsOf(steps, "visits")).toBe("id BIGINT, at TIMESTAMP WITH TIME ZONE, doc JSON");
    expect(await columnsOf(steps, "a")).toBe(a);
    expect(await columnsOf(steps, "c")).toBe(`${a.replace("n VARCHAR, ", "")}, twice BIGINT`);
  });

  test("are called as in a run, also where DuckDB makes a name of an expression", async () => {
    const steps = step("a", "SELECT greatest(*COLUMNS(['id'])), {'a': 1, 'B c': 2} AS s FROM people");
    expect(await columnsOf(steps, "a")).toBe(
      'greatest(id := pipeline_data.main.people.id) BIGINT, s STRUCT(a INTEGER, "B c" INTEGER)',
    );
  });

  test("that no table can hold are a mistake", async () => {
    const found = await findings(step("a", "SELECT row(id, name) AS r FROM people"));
    expect(found).toMatchObject([
      { code: "sql.invalid", message: expect.stringContaining("struct without names") as string },
    ]);
  });

  test("that depend on an unknown table are unknown, and nothing is said about them", async () => {
    const steps =
      step("a", "SELECT whatever FROM mystery JOIN people USING (id)") + step("b", "SELECT nothing FROM a");
    expect(await columnsOf(steps, "b")).toBe("unknown");
  });

  test("of DuckDB's own, such as rowid, are no mistakes, and input_df is the only input", async () => {
    await compiled(step("a", "SELECT rowid, name FROM people ORDER BY rowid"));
    await compiled(
      "  - { id: a, component: test.sql, mode: transform, needs: [people], config: { query: SELECT name FROM input_df } }\n",
    );
    const wrong =
      "  - { id: a, component: test.sql, mode: transform, needs: [visits], config: { query: SELECT name FROM input_df } }\n";
    expect(await findings(wrong)).toMatchObject([{ code: "sql.unknown_column" }]);
  });
});

describe("a mistake in SQL is found at its place in the file", () => {
  const block = (style: string, lines: readonly string[]): string =>
    `  - id: q\n    component: test.sql\n    mode: transform\n    config:\n      query: ${style}\n${lines.map((line) => `        ${line}`).join("\n")}\n`;
  const lines = [
    "SELECT",
    "  'žluť 🐎' AS s, -- nmae",
    "  nmae,",
    "  sum(name) AS total",
    "FROM people",
    "GROUP BY ALL",
  ];

  test.each(["|", "|-", ">", ">-", "|2+"])("in a scalar of style %s", async (style) => {
    const found = await findings(block(style, lines));
    expect(found[0]).toMatchObject({
      code: "sql.unknown_column",
      place: { line: 15, column: 11, endColumn: 15 },
    });
    expect(found[0]?.excerpt).toEqual({ text: "          nmae,", column: 11 });
  });

  test.each([
    ["a plain text", "SELECT nmae FROM people"],
    ["single quotes", "'SELECT ''it''''s'' AS x, nmae FROM people'"],
    ["double quotes", '"SELECT \\"id\\", \'\\u017e\\n\', nmae FROM people"'],
    ["several lines", '"SELECT id,\n        nmae FROM people"'],
    ["behind a parameter", "SELECT '${params.least}', ${params.least} AS l, nmae FROM people"],
    ["behind an escape", "SELECT '$${x}', nmae FROM people"],
  ])("in %s", async (_name, written) => {
    const steps = `  - id: q\n    component: test.sql\n    mode: transform\n    config:\n      query: ${written}\n`;
    const [only, ...more] = await findings(steps);
    expect(more).toEqual([]);
    const lines = pipeline(steps).split("\n");
    const { line, column, endColumn } = only?.place ?? { line: 0, column: 0, endColumn: 0 };
    expect(lines[line - 1]?.slice(column - 1, endColumn - 1)).toBe("nmae");
  });

  test("inside a parameter's value, at the reference", async () => {
    const found = await findings(step("q", "SELECT id FROM people WHERE ${params.column}x = 1"));
    expect(found).toMatchObject([{ code: "sql.unknown_column" }]);
    const line =
      pipeline(step("q", "SELECT id FROM people WHERE ${params.column}x = 1")).split("\n")[7] ?? "";
    expect(line.slice((found[0]?.place.column ?? 0) - 1)).toMatch(/^\$\{params\.column\}/);
  });

  test("all unknown columns of a query, each with the nearest right name", async () => {
    const query = 'SELECT p.nmae, ide FROM people p WHERE "néé" IS NULL AND q.x = 1';
    const found = await findings(step("q", query));
    expect(found.map(({ code, hint }) => `${code} ${hint}`)).toEqual([
      'sql.unknown_column Did you mean "name"?',
      'sql.unknown_column Did you mean "id"?',
      'sql.unknown_column Did you mean "né"?',
      'sql.unknown_column Did you mean "p"?',
    ]);
  });

  test.each([
    ["SELECT * EXCLUDE (zz) FROM people", "zz"],
    ["SELECT id, name AS zz, né FROM people GROUP BY id", "name"],
  ])("also where DuckDB gives no position: %s", async (query, at) => {
    const [only] = await findings(step("q", query));
    const line = pipeline(step("q", query)).split("\n")[7] ?? "";
    expect(line.slice((only?.place.column ?? 0) - 1).startsWith(at)).toBe(true);
  });

  test("and says nothing of SQL around a parameter that has no value", async () => {
    const found = await findings(step("q", "SELECT ${params.none} FROM people"));
    expect(found.map(({ code }) => code)).toEqual(["params.unresolved"]);
  });

  test("in step seven of a chain", async () => {
    const chain = [1, 2, 3, 4, 5]
      .map((n) => step(`s${n}`, `SELECT * FROM ${n === 1 ? "people" : `s${n - 1}`}`))
      .join("");
    expect(await findings(chain + step("seven", "SELECT id, nam FROM s5"))).toMatchObject([
      { code: "sql.unknown_column", hint: 'Did you mean "name"?', place: { line: 13 } },
    ]);
  });
});

describe("a statement that is not one SELECT comes with its rewrite", () => {
  test.each([
    ["CREATE TABLE x AS SELECT id FROM people", "Write: SELECT id FROM people"],
    ["create or replace temp view v as\nSELECT id\nFROM people;", "Write: SELECT id FROM people"],
    ["INSERT INTO x SELECT id FROM people", "Write: SELECT id FROM people"],
    ["COPY (SELECT id FROM people) TO 'x.csv'", "Write: SELECT id FROM people"],
    ["PIVOT people ON name USING sum(id)", "FROM people PIVOT (sum(id) FOR name IN ('a', 'b'))"],
    [
      "PIVOT people ON name USING sum(id) GROUP BY né",
      "FROM people PIVOT (sum(id) FOR name IN ('a', 'b') GROUP BY né)",
    ],
    ["UPDATE people SET id = 1", "Write the SELECT whose rows are the ones you want"],
    ["SET threads = 1", "Write the SELECT alone"],
  ])("%s", async (query, rewrite) => {
    const [only] = await findings(step("q", query));
    expect(only?.code).toBe("sql.only_select");
    expect(only?.hint).toContain(rewrite);
  });
});
