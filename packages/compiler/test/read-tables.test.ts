import { openSqlAnalyzer } from "@osiris/core";
import { afterAll, describe, expect, test } from "vitest";
import { readTables, type SqlReading } from "../src/sql/read-tables.ts";

const analyzer = await openSqlAnalyzer();
afterAll(() => analyzer[Symbol.asyncDispose]());
const functions = await analyzer.functions();

async function read(sql: string): Promise<SqlReading> {
  const [parsed] = await analyzer.parse([sql]);
  return readTables(sql, parsed ?? { error: "no answer" }, functions);
}

describe("the tables that a query reads", () => {
  const cases: readonly (readonly [sql: string, reads: readonly string[]])[] = [
    ["SELECT 1", []],
    ["FROM a", ["a"]],
    ["SELECT * FROM a JOIN b USING (id), c POSITIONAL JOIN d", ["a", "b", "c", "d"]],
    [
      "SELECT (SELECT max(x) FROM b) FROM a WHERE x IN (SELECT x FROM c) AND EXISTS (FROM d)",
      ["b", "a", "c", "d"],
    ],
    ["SELECT * FROM (SELECT * FROM (FROM a) AS i) AS j", ["a"]],
    ["FROM a UNION ALL FROM b EXCEPT (FROM c INTERSECT FROM d)", ["a", "b", "c", "d"]],
    ["WITH x AS (FROM a) SELECT * FROM x, b", ["a", "b"]],
    ["WITH a AS (FROM a) FROM a", ["a"]],
    ["WITH x AS (FROM a), y AS (FROM x) FROM y", ["a"]],
    ["WITH y AS (FROM x), x AS (FROM a) FROM y", ["x", "a"]],
    ["WITH X AS (FROM a) FROM x", ["a"]],
    ["SELECT * FROM (WITH x AS (FROM a) FROM x) AS i, x", ["a", "x"]],
    ["WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r, a) FROM r", ["a"]],
    ["SELECT * FROM a, LATERAL (SELECT a.x + b.y FROM b) AS l", ["a", "b"]],
    ["WITH RECURSIVE r AS (FROM r UNION ALL FROM r) FROM r", ["r"]],
    ['WITH "\u212Aecret" AS (SELECT 1) FROM kecret', ["kecret"]],
    ["FROM a PIVOT (sum(x) FOR k IN ('p', 'q'))", ["a"]],
    ["FROM a UNPIVOT (v FOR k IN (x, y))", ["a"]],
    ["SELECT * FROM a ORDER BY (SELECT max(x) FROM b) LIMIT (SELECT count(*) FROM c)", ["a", "b", "c"]],
    [
      "SELECT sum(x) OVER (PARTITION BY (SELECT 1 FROM b)) FROM a QUALIFY x > (SELECT 1 FROM c)",
      ["b", "a", "c"],
    ],
    ["SELECT * FROM range(10), unnest([1, 2]), generate_series(1, 2), a", ["a"]],
    ["SELECT unnest((SELECT list(x) FROM b)) FROM a", ["b", "a"]],
    ["VALUES (1), ((SELECT x FROM a))", ["a"]],
    ['FROM "Quoted Name", "a.b"', ["Quoted Name", "a.b"]],
    ["FROM 'file.csv'", ["file.csv"]],
    ["SELECT list_transform([1], x -> x + (SELECT max(y) FROM b)) FROM a", ["b", "a"]],
  ];

  test.each(cases)("%s", async (sql, reads) => {
    const { reads: found, problems } = await read(sql);
    expect(problems).toEqual([]);
    expect(found.map((read) => read.name).toSorted()).toEqual(reads.toSorted());
    for (const read of found)
      expect(sql.slice(read.offset).replace(/^["']/, "").startsWith(read.name)).toBe(true);
  });

  test("are found at their place behind characters of several bytes", async () => {
    const sql = "SELECT 'žluť 🐎' AS s FROM nowhere";
    const { reads } = await read(sql);
    expect(reads).toEqual([{ name: "nowhere", offset: sql.indexOf("nowhere") }]);
  });
});

describe("what a SQL step may not do", () => {
  const refused: readonly (readonly [sql: string, code: string])[] = [
    ["", "sql.one_select"],
    ["-- nothing", "sql.one_select"],
    ["SELECT 1; SELECT 2", "sql.one_select"],
    ["DROP TABLE a", "sql.only_select"],
    ["CREATE TABLE x AS FROM a", "sql.only_select"],
    ["INSERT INTO a VALUES (1)", "sql.only_select"],
    ["COPY a TO 'x.csv'", "sql.only_select"],
    ["ATTACH 'x.duckdb'", "sql.only_select"],
    ["INSTALL httpfs", "sql.only_select"],
    ["LOAD httpfs", "sql.only_select"],
    ["SET memory_limit = '1TB'", "sql.only_select"],
    ["PRAGMA database_list", "sql.only_select"],
    ["CALL pragma_version()", "sql.only_select"],
    ["EXPLAIN SELECT 1", "sql.only_select"],
    ["EXPORT DATABASE 'x'", "sql.only_select"],
    ["PIVOT a ON k USING sum(x)", "sql.only_select"],
    ["SELECT 1; DROP TABLE a", "sql.only_select"],
    ["DESCRIBE a", "sql.refused"],
    ["SUMMARIZE a", "sql.refused"],
    ["SHOW TABLES", "sql.refused"],
    ["SELECT * FROM (DESCRIBE a)", "sql.refused"],
    ["FROM main.a", "sql.qualified_name"],
    ["FROM _osiris.steps", "sql.qualified_name"],
    ["FROM information_schema.tables", "sql.qualified_name"],
    ["FROM pipeline_data.main.a", "sql.qualified_name"],
    ["FROM read_csv('/etc/passwd')", "sql.refused_function"],
    ["FROM READ_TEXT('/etc/passwd')", "sql.refused_function"],
    ["FROM read_parquet(['a.parquet'])", "sql.refused_function"],
    ["FROM parquet_scan('a.parquet')", "sql.refused_function"],
    ["FROM glob('*')", "sql.refused_function"],
    ["FROM query('FROM a')", "sql.refused_function"],
    ["FROM query_table('a')", "sql.refused_function"],
    ["FROM duckdb_secrets()", "sql.refused_function"],
    ["FROM duckdb_settings()", "sql.refused_function"],
    ["FROM pragma_table_info('a')", "sql.refused_function"],
    ["FROM json_execute_serialized_sql('{}')", "sql.refused_function"],
    ["FROM sniff_csv('x.csv')", "sql.refused_function"],
    ["SELECT (SELECT count(*) FROM read_csv('x.csv'))", "sql.refused_function"],
    ["WITH x AS (FROM read_csv('x.csv')) FROM x", "sql.refused_function"],
    ["FROM a WHERE x IN (SELECT content FROM read_text('x'))", "sql.refused_function"],
    ["FROM a UNION ALL FROM read_csv('x.csv')", "sql.refused_function"],
    ["SELECT * FROM a, LATERAL (FROM read_csv(a.x)) AS l", "sql.refused_function"],
    ["SELECT * FROM a ORDER BY (SELECT 1 FROM read_csv('x'))", "sql.refused_function"],
    ["SELECT json_serialize_plan('FROM secret', optimize := true)", "sql.refused_function"],
    ["SELECT current_setting('allowed_paths')", "sql.refused_function"],
    ["SELECT write_log('x') FROM a", "sql.refused_function"],
    ["SELECT getvariable('x')", "sql.refused_function"],
    ["SELECT pg_get_viewdef(1)", "sql.refused_function"],
    ["SELECT get_block_size('pipeline_data')", "sql.refused_function"],
    ["SELECT list_transform([1], x -> nextval('s'))", "sql.refused_function"],
    ["SELECT name FORM a", "sql.syntax"],
  ];

  test.each(refused)("%s", async (sql, code) => {
    const { problems } = await read(sql);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
  });
});
