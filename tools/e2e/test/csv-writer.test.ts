import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { array, constantFrom, option, sample, tuple } from "fast-check";
import { describe, expect, test } from "vitest";
import { osiris } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

interface Written {
  readonly exitCode: number | null;
  readonly said: string;
  readonly folder: string;
  readonly bytes: () => Buffer;
}

/** Writes what a query finds. */
async function write(query: string, config = "", path = "out/a.csv"): Promise<Written> {
  const folder = project({
    "pipeline.yaml": pipeline(`  - id: made
    component: duckdb.processor
    mode: transform
    config: { query: ${JSON.stringify(query)} }
  - id: copy
    component: filesystem.csv_writer
    mode: write
    config: { path: ${path}${config} }
`),
  });
  const { exitCode, stdout, stderr } = await osiris(folder, "run", "pipeline.yaml");
  return { exitCode, said: stdout + stderr, folder, bytes: () => readFileSync(join(folder, path)) };
}

const ROWS = `FROM (VALUES (2, 'b', NULL, 1.50), (1, 'ž,x', '', 20), (NULL, 'a"', 'y', 0.05)) v(n, s, t, d)`;

describe("the CSV writer honours", () => {
  test.each([
    ["nothing but the path", "", 'n,s,t,d\n2,b,,1.50\n1,"ž,x","",20.00\n,"a""",y,0.05\n'],
    [
      "quoting: all",
      ", quoting: all",
      '"n","s","t","d"\n"2","b",,"1.50"\n"1","ž,x","","20.00"\n,"a""","y","0.05"\n',
    ],
    [
      "quoting: nonnumeric",
      ", quoting: nonnumeric",
      'n,"s","t",d\n2,"b",,1.50\n1,"ž,x","",20.00\n,"a""","y",0.05\n',
    ],
    ["newline: crlf", ", newline: crlf, columns: [n]", "n\r\n2\r\n1\r\n\r\n"],
    ["columns in their order", ", columns: [d, n]", "d,n\n1.50,2\n20.00,1\n0.05,\n"],
    ["order_by", ", columns: [s], order_by: [n]", 's\n"ž,x"\nb\n"a"""\n'],
    [
      "order_by with a direction",
      ", columns: [n], order_by: [{ column: n, direction: desc, nulls: first }]",
      "n\n\n2\n1\n",
    ],
    ["header: false", ", header: false, columns: [n]", "2\n1\n\n"],
    ["delimiter", ', delimiter: "\\t", columns: [n, s]', 'n\ts\n2\tb\n1\tž,x\n\t"a"""\n'],
  ])("%s", async (_name, config, text) => {
    expect((await write(ROWS, config)).bytes().toString()).toBe(text);
  });

  test("order_by, and leaves equal rows as they were", async () => {
    const query = "SELECT range % 3 AS k, range AS n FROM range(200000)";
    const { bytes } = await write(query, ", order_by: [k], header: false");
    const wanted = [0, 1, 2].flatMap((k) =>
      Array.from({ length: Math.ceil((200_000 - k) / 3) }, (_, n) => `${k},${n * 3 + k}\n`),
    );
    expect(bytes().toString() === wanted.join("")).toBe(true);
  });

  test("compression, said or shown by the name", async () => {
    const text = "n\n1\n";
    expect(gunzipSync((await write("SELECT 1 AS n", "", "out/a.csv.gz")).bytes()).toString()).toBe(text);
    expect(zstdDecompressSync((await write("SELECT 1 AS n", "", "out/a.csv.zst")).bytes()).toString()).toBe(
      text,
    );
    const said = await write("SELECT 1 AS n", ", compression: gzip");
    expect(gunzipSync(said.bytes()).toString()).toBe(text);
    const latin = await write("SELECT 'é' AS n", ", compression: gzip, encoding: latin-1");
    expect(gunzipSync(latin.bytes()).toString("latin1")).toBe("n\né\n");
  });

  test("encoding", async () => {
    const utf16 = await write("SELECT 'ž🐎' AS n", ", encoding: utf-16, newline: crlf");
    expect(utf16.bytes().toString("utf16le")).toBe("\uFEFFn\r\nž🐎\r\n");
    expect((await write("SELECT 'é' AS n", ", encoding: latin-1")).bytes().toString("latin1")).toBe("n\né\n");
  });

  test("encoding: a character that it lacks fails the step and leaves no file", async () => {
    const { exitCode, said, folder } = await write("SELECT unnest(['é', 'ž']) AS n", ", encoding: latin-1");
    expect(said).toMatch(/a\.csv, line 3: "ž" cannot be written in latin-1.*\[csv\.not_encodable\]/);
    expect(exitCode).toBe(1);
    expect(readdirSync(join(folder, "out"))).toEqual([]);
  });

  test("create_dirs: false", async () => {
    const { said, folder } = await write("SELECT 1 AS n", ", create_dirs: false");
    expect(said).toMatch(/a\.csv does not exist|No such file/);
    expect(existsSync(join(folder, "out"))).toBe(false);
  });

  test.each([", columns: [n, x]", ", order_by: [x]"])("no column that is not there:%s", async (config) => {
    const { exitCode, said } = await write(ROWS, config);
    expect(said).toMatch(
      /names the column "x", which the table "made" does not have.*Its columns are: n, s, t, d\./s,
    );
    expect(exitCode).toBe(1);
  });
});

/** Each type's text, as docs say; DuckDB makes the same value of it again. */
const TEXTS: readonly (readonly [type: string, value: string, text: string])[] = [
  ["BOOLEAN", "true", "true"],
  ["TINYINT", "-128", "-128"],
  ["UBIGINT", "18446744073709551615", "18446744073709551615"],
  ["HUGEINT", "'-170141183460469231731687303715884105728'", "-170141183460469231731687303715884105728"],
  ["UHUGEINT", "'340282366920938463463374607431768211455'", "340282366920938463463374607431768211455"],
  [
    "DECIMAL(38,10)",
    "'-9999999999999999999999999999.9999999999'",
    "-9999999999999999999999999999.9999999999",
  ],
  ["DECIMAL(4,2)", "1.1", "1.10"],
  ["FLOAT", "0.1", "0.1"],
  ["DOUBLE", "'5e-324'", "5e-324"],
  ["DOUBLE", "'1.7976931348623157e308'", "1.7976931348623157e+308"],
  ["DOUBLE", "'-0.0'", "-0.0"],
  ["DOUBLE", "'nan'", "nan"],
  ["DOUBLE", "'-inf'", "-inf"],
  ["DATE", "'2024-02-29'", "2024-02-29"],
  ["TIME", "'23:59:59.999999'", "23:59:59.999999"],
  ["TIMETZ", "'10:00:00+02:30'", "10:00:00+02:30"],
  ["TIMESTAMP", "'0001-01-01 00:00:00.000001'", "0001-01-01 00:00:00.000001"],
  ["TIMESTAMP_S", "'2024-01-01 10:00:00'", "2024-01-01 10:00:00"],
  ["TIMESTAMP_MS", "'2024-01-01 10:00:00.123'", "2024-01-01 10:00:00.123"],
  ["TIMESTAMP_NS", "'2024-01-01 10:00:00.123456789'", "2024-01-01 10:00:00.123456789"],
  ["TIMESTAMPTZ", "'2024-06-01 10:00:00+02'", "2024-06-01 08:00:00+00"],
  ["INTERVAL", "'1 year 2 months -3 days 04:05:06.789'", "1 year 2 months -3 days 04:05:06.789"],
  ["UUID", "'918f1c23-5c0b-43ac-8156-59704471060f'", "918f1c23-5c0b-43ac-8156-59704471060f"],
  ["BIT", "'0101'", "0101"],
  ["BLOB", String.raw`'\xAA\x00z\x5C'`, String.raw`\xAA\x00z\x5C`],
  ["JSON", `'{"a": [1, null]}'`, '{"a": [1, null]}'],
  ["VARCHAR", "'NULL'", "NULL"],
];
/** Those that the extractor has no dtype for: a SQL step casts their text. */
const NESTED: readonly (readonly [type: string, value: string, text: string])[] = [
  ["ENUM('a', 'it''s')", "'it''s'", "it's"],
  [
    "VARCHAR[]",
    "['NULL', NULL, '', 'a,b', 'it''s', '[']",
    String.raw`['NULL', NULL, '', 'a,b', 'it\'s', '[']`,
  ],
  ["DECIMAL(3,2)[2]", "[1.5, NULL]", "[1.50, NULL]"],
  [
    'STRUCT(a VARCHAR, "b c" INTEGER[])',
    "{'a': 'x, y', 'b c': [1, NULL]}",
    "{'a': 'x, y', 'b c': [1, NULL]}",
  ],
  ["MAP(VARCHAR, INTEGER)", "MAP {'a=b': 1, '': NULL}", "{'a=b'=1, ''=NULL}"],
];

describe("a type's text", () => {
  const query = (types: typeof TEXTS): string =>
    `SELECT ${types.map(([type, value], index) => `CAST(${value} AS ${type}) AS c${index}`).join(", ")} FROM range(2) t(i)
     UNION ALL SELECT ${types.map(() => "NULL").join(", ")}`;
  const line = (types: typeof TEXTS): string =>
    types.map(([, , text]) => (/[",#\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(",");

  test("is what the docs say, and read back with its dtype it is the same value", async () => {
    const { folder, bytes } = await write(query(TEXTS));
    expect(bytes().toString().split("\n")[1]).toBe(line(TEXTS));
    const types = TEXTS.map(([type], index) => `c${index}: ${JSON.stringify(type)}`).join(", ");
    const difference = await readBack(folder, query(TEXTS), `dtype: { ${types} }`, "*");
    expect(difference).toEqual({ n: "0" });
  });

  test("of a nested type turns back into the same value in a cast", async () => {
    const { folder, bytes } = await write(query(NESTED));
    expect(bytes().toString().split("\n")[1]).toBe(line(NESTED));
    const casts = NESTED.map(([type], index) => `CAST(c${index} AS ${type}) AS c${index}`).join(", ");
    expect(await readBack(folder, query(NESTED), "infer_types: false", casts)).toEqual({ n: "0" });
  });

  /** How many rows a second run finds in the file that the query does not give, or the other way round. */
  async function readBack(folder: string, made: string, config: string, columns: string): Promise<unknown> {
    const again = project({
      "pipeline.yaml": pipeline(`  - id: rows
    component: filesystem.csv_extractor
    mode: read
    config: { path: ${JSON.stringify(join(folder, "out/a.csv"))}, ${config} }
  - id: difference
    component: duckdb.processor
    mode: transform
    config:
      query: ${JSON.stringify(`WITH made AS (${made}), back AS (SELECT ${columns} FROM rows)
        SELECT count(*) AS n FROM (SELECT * FROM ((FROM made) EXCEPT ALL (FROM back)) UNION ALL SELECT * FROM ((FROM back) EXCEPT ALL (FROM made)))`)}
`),
    });
    const run = await osiris(again, "run", "pipeline.yaml");
    expect(run.stdout + run.stderr).toMatch(/succeeded/);
    const { stdout } = await osiris(again, "query", "FROM difference", "--json");
    return (JSON.parse(stdout) as { rows: unknown[] }).rows[0];
  }
});

test("any text comes back as it was written", { timeout: 60_000 }, async () => {
  const pieces = [
    '"',
    ",",
    "\n",
    "\r",
    "\r\n",
    " ",
    "#",
    "'",
    "\\",
    "NULL",
    "a",
    "ž",
    "🐎",
    "\t",
    "",
    "1",
    "true",
  ];
  const text = option(array(constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join("")));
  const rows = sample(tuple(text, text, text), { numRuns: 3000, seed: 20261121 });
  const literal = (value: string | null): string =>
    value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`;
  const values = rows.map((row) => `(${row.map(literal).join(", ")})`).join(", ");
  const ways = ["", ", quoting: all", ", newline: crlf", ", encoding: utf-16"];
  const writes = ways.map(
    (config, index) =>
      `  - { id: w${index}, component: filesystem.csv_writer, mode: write, needs: [made], config: { path: ${index}.csv${config} } }\n`,
  );
  const made = project({
    "pipeline.yaml": pipeline(`  - id: made
    component: duckdb.processor
    mode: transform
    config: { query: ${JSON.stringify(`FROM (VALUES ${values}) v(a, b, c)`)} }
${writes.join("")}`),
  });
  const reads = ways.map(
    (config, index) => `  - id: rows${index}
    component: filesystem.csv_extractor
    mode: read
    needs: []
    config: { base_dir: ${made}, path: ${index}.csv, infer_types: false, encoding: ${config.includes("16") ? "utf-16" : "utf-8"} }\n`,
  );
  const back = project({ "pipeline.yaml": pipeline(reads.join("")) });
  for (const folder of [made, back])
    expect((await osiris(folder, "run", "pipeline.yaml")).stdout).toMatch(/ succeeded in /);
  for (const index of ways.keys()) {
    const { stdout } = await osiris(
      back,
      "query",
      `SELECT a, b, c FROM rows${index}`,
      "--json",
      "--limit",
      "5000",
    );
    const found = (JSON.parse(stdout) as { rows: Record<string, string | null>[] }).rows;
    expect(found.map(({ a, b, c }) => [a, b, c])).toEqual(rows);
  }
});
