import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris } from "../src/osiris.ts";
import { logLines, pipeline, project, runFolder } from "../src/project.ts";

const step = (config: string): string => `  - id: rows
    component: filesystem.csv_extractor
    mode: read
    config: ${config}
`;
const WRITE = `  - { id: copy, component: filesystem.csv_writer, mode: write, config: { path: out/copy.csv } }
`;

interface Read {
  readonly exitCode: number | null;
  readonly said: string;
  readonly folder: string;
  /** The table as it is written to a CSV file. */
  readonly text: () => string;
}

async function read(
  config: string,
  files: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<Read> {
  const folder = project({ "pipeline.yaml": pipeline(step(config) + WRITE), ...files });
  const { exitCode, stdout, stderr } = await osiris(folder, "run", "pipeline.yaml", ...args);
  const text = (): string => readFileSync(join(folder, "out/copy.csv"), "utf8");
  return { exitCode, said: stdout + stderr, folder, text };
}

async function rows(folder: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const { stdout } = await osiris(folder, "query", sql, "--json");
  return (JSON.parse(stdout) as { rows: Record<string, unknown>[] }).rows;
}

describe("several files", () => {
  test("of a pattern are read in the order of their names, columns by name", async () => {
    const { text } = await read("{ path: in/*.csv }", {
      "in/b.csv": "n,name\n3,three\n",
      "in/a.csv": "name,n\none,1\ntwo,2\n",
      "in/c.csv": 'n,name\n4.5,"fo\nur"\n',
      "in/note.txt": "no",
    });
    expect(text()).toBe('name,n\none,1.0\ntwo,2.0\nthree,3.0\n"fo\nur",4.5\n');
  });

  test("of a list are read in its order, each once", async () => {
    const { text } = await read("{ path: [b.csv, '*.csv'] }", { "a.csv": "n\n1\n", "b.csv": "n\n2\n" });
    expect(text()).toBe("n\n2\n1\n");
  });

  test("share a limit", async () => {
    const { text } = await read("{ path: '*.csv', limit: 3 }", {
      "a.csv": "n\n1\n2\n",
      "b.csv": "n\n3\n4\n",
    });
    expect(text()).toBe("n\n1\n2\n3\n");
  });

  test("with other columns are refused, with the way to read them all the same", async () => {
    const { exitCode, said } = await read("{ path: '*.csv' }", {
      "a.csv": "n,m\n1,2\n",
      "b.csv": "n,x\n2,3\n",
    });
    expect(said).toMatch(
      /b\.csv does not have m and has x besides; the first file is .*a\.csv.*UNION ALL BY NAME/s,
    );
    expect(exitCode).toBe(1);
  });

  test("a file whose name is a pattern is that file", async () => {
    const files = { "in[1].csv": "n\n1\n", "in1.csv": "n\n2\n" };
    expect((await read("{ path: 'in[1].csv' }", files)).text()).toBe("n\n1\n");
  });

  test("a pattern may not read what another step writes at the same time", async () => {
    const folder = project({
      "pipeline.yaml": pipeline(
        `${step("{ path: out/*.csv }")}    needs: []
  - { id: other, component: filesystem.csv_extractor, mode: read, needs: [], config: { path: a.csv } }
  - { id: copy, component: filesystem.csv_writer, mode: write, needs: [other], config: { path: out/copy.csv } }
`,
      ),
      "a.csv": "n\n1\n",
    });
    const { exitCode, stderr } = await osiris(folder, "validate", "pipeline.yaml");
    expect(stderr).toMatch(/Step "copy" writes "out\/copy\.csv", and neither step waits for the other/);
    expect(exitCode).toBe(2);
  });
});

describe("a path with a * in it", () => {
  const readsBeside = `const { rows } = await ctx.query("SELECT count(*) AS n FROM read_csv('" + config.path.replace("*", "a") + "')");
    await ctx.createTableAs("SELECT 1 AS a"); return { rows: Number(rows.length) };`;
  test.each([
    ["opens its folder to a component that takes patterns", true, 0],
    ["is a name to another component", false, 1],
  ])("%s", async (_name, patterns, status) => {
    const configSchema = {
      type: "object",
      additionalProperties: false,
      properties: { path: { type: "string" } },
    };
    const spec = {
      paths: { read: ["/path"], ...(patterns ? { patterns } : {}) },
      configSchema,
      examples: [{ title: "one", config: { path: "a" } }],
    };
    const folder = project({
      "package.json": projectManifest("osiris-driver-glob"),
      ...driverPackage("osiris-driver-glob", [
        { name: "glob.one", mode: "extract", inputs: "none", run: readsBeside, spec },
      ]),
      "in/a.csv": "n\n1\n",
      "pipeline.yaml": pipeline(
        "  - { id: s, component: glob.one, mode: read, config: { path: 'in/*.csv' } }\n",
      ),
    });
    const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml");
    expect(stdout).toMatch(
      patterns ? / succeeded in / : /Cannot access file .*in\/a\.csv.*\[database\.file_refused\]/,
    );
    expect(exitCode).toBe(status);
  });
});

describe("base_dir", () => {
  const connections = "connections:\n  filesystem:\n    lake: { base_dir: lake }\n";

  test("of a connection starts at the connections file", async () => {
    const folder = project({
      "osiris_connections.yaml": connections,
      "lake/in/a.csv": "n\n1\n",
      "jobs/pipeline.yaml": pipeline(
        `  - { id: rows, component: filesystem.csv_extractor, mode: read, config: { connection: "@filesystem.lake", path: in/*.csv } }
  - { id: copy, component: filesystem.csv_writer, mode: write, config: { connection: "@filesystem.lake", path: out/copy.csv } }
`,
      ),
    });
    const { exitCode } = await osiris(folder, "run", "jobs/pipeline.yaml");
    expect(exitCode).toBe(0);
    expect(readFileSync(join(folder, "lake/out/copy.csv"), "utf8")).toBe("n\n1\n");
  });

  test("of a connection that nobody names moves no path, unless it is marked as the default", async () => {
    const files = { "a.csv": "n\n1\n", "lake/a.csv": "n\n2\n" };
    const unnamed = await read("{ path: a.csv }", { ...files, "osiris_connections.yaml": connections });
    expect(unnamed.text()).toBe("n\n1\n");
    const marked = connections.replace("{ base_dir", "{ default: true, base_dir");
    const { folder } = await read("{ path: a.csv }", { ...files, "osiris_connections.yaml": marked });
    expect(readFileSync(join(folder, "lake/out/copy.csv"), "utf8")).toBe("n\n2\n");
  });

  test("of a step starts at the pipeline file", async () => {
    const { text } = await read("{ base_dir: lake, path: a.csv }", { "lake/a.csv": "n\n1\n" });
    expect(text()).toBe("n\n1\n");
  });

  test("does not move an absolute path", async () => {
    const folder = project({ "a.csv": "n\n1\n" });
    const { text } = await read(
      `{ base_dir: elsewhere, path: ${JSON.stringify(join(folder, "a.csv"))} }`,
      {},
    );
    expect(text()).toBe("n\n1\n");
  });
});

const DIRTY = `id,name
1,one
2,two,too many
3
"4" x,four
5,"fi
ve"
six,6
7,seven
`;

describe("bad lines", () => {
  test("end the step at the first", async () => {
    const { exitCode, said } = await read("{ path: a.csv }", { "a.csv": DIRTY });
    expect(said).toMatch(
      /a\.csv, line 3: has 3 fields, the header has 2: "2,two,too many" \[csv\.malformed\]/,
    );
    expect(exitCode).toBe(1);
  });

  test("are put aside where that is wanted, and counted", async () => {
    const config = "{ path: a.csv, on_bad_lines: reject, dtype: { id: INTEGER } }";
    const { exitCode, said, text, folder } = await read(config, { "a.csv": DIRTY });
    expect(text()).toBe('id,name\n1,one\n5,"fi\nve"\n7,seven\n');
    expect(said).toMatch(/✓ rows: 3 rows, 4 rejected/);
    expect(said).toMatch(/Rejected: 4 rows of rows, in rows__rejects/);
    expect(await rows(folder, `SELECT line, reason, "row" FROM rows__rejects ORDER BY line`)).toEqual([
      { line: "3", reason: "has 3 fields, the header has 2", row: '"2,two,too many"' },
      { line: "4", reason: "has 1 field, the header has 2", row: '"3"' },
      { line: "5", reason: "has text after a closing quote", row: String.raw`"\"4\" x,four"` },
      { line: "8", reason: 'column "id": "six" is not exactly INTEGER', row: '"six,6"' },
    ]);
    const done = logLines(runFolder(folder), "events").find((event) => event["event"] === "step_complete");
    expect(done?.["rejected"]).toBe(4);
    expect(exitCode).toBe(0);
  });

  test("have no say in the types", async () => {
    const config = "{ path: a.csv, on_bad_lines: reject }";
    const { folder } = await read(config, { "a.csv": "a,b\n1,2\nx,y,z\n3,4\n" });
    expect(await rows(folder, "SELECT column_type FROM (DESCRIBE rows)")).toEqual([
      { column_type: "BIGINT" },
      { column_type: "BIGINT" },
    ]);
  });

  test("a quote that nothing closes is an error all the same: all that follows would be lost", async () => {
    const config = "{ path: a.csv, on_bad_lines: reject }";
    const { exitCode, said } = await read(config, { "a.csv": 'a,b\n1,2\n"3,4\n5,6\n' });
    expect(said).toMatch(/line 3: a quote opens a field and nothing closes it/);
    expect(exitCode).toBe(1);
  });

  test("the rejects of a clean file are an empty table that SQL may read", async () => {
    const folder = project({
      "pipeline.yaml": pipeline(
        `${step("{ path: a.csv, on_bad_lines: reject }")}  - id: count
    component: duckdb.processor
    mode: transform
    config: { query: SELECT count(*) AS n FROM rows__rejects }
`,
      ),
      "a.csv": "a\n1\n",
    });
    const { exitCode } = await osiris(folder, "run", "pipeline.yaml");
    expect(exitCode).toBe(0);
    expect(await rows(folder, "FROM count")).toEqual([{ n: "0" }]);
  });
});

describe("large files are loaded while they are still being checked", () => {
  const line = (n: number): string => `${n},${n / 4},row ${n}\n`;
  const head = `id,q,name\n${Array.from({ length: 900_000 }, (_, n) => line(n)).join("")}`;

  test.each([
    ["and the guess is right", "", { id: "BIGINT", rows: "900000" }],
    ["and the last line changes a type", "x1,1.00,x\n", { id: "VARCHAR", rows: "900001" }],
    ["and the last line needs a copy", '1,1.00,5" pipe\n', { id: "BIGINT", rows: "900001" }],
  ])("%s", async (_name, tail, wanted) => {
    const { exitCode, folder } = await read("{ path: a.csv }", { "a.csv": head + tail });
    expect(exitCode).toBe(0);
    const sql = "SELECT any_value(typeof(id)) AS id, count(*) AS rows FROM rows";
    expect(await rows(folder, sql)).toEqual([wanted]);
    expect(
      readFileSync(join(folder, "out/copy.csv"), "utf8").endsWith(tail.replace('5" pipe', '"5"" pipe"')),
    ).toBe(true);
  });

  test("and a mistake in the last line ends both", async () => {
    const { exitCode, said } = await read("{ path: a.csv }", { "a.csv": `${head}1,2\n` });
    expect(said).toMatch(/a\.csv, line 900002: has 2 fields, the header has 3/);
    expect(exitCode).toBe(1);
  });
});

test("a file that changes while it is read is an error that names it", async () => {
  const folder = project({ "pipeline.yaml": pipeline(step("{ path: a.csv }")) });
  const file = join(folder, "a.csv");
  writeFileSync(file, `id,name\n${"1,one\n".repeat(3_000_000)}`);
  let isOver = false;
  const run = osiris(folder, "run", "pipeline.yaml").finally(() => (isOver = true));
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setInterval(() => {
    if (isOver) resolve();
    else writeFileSync(file, "2,two\n", { flag: "a" });
  }, 20);
  const { exitCode, stdout } = await run;
  await promise;
  clearInterval(timer);
  expect(stdout).toMatch(/a\.csv was changed while it was read|DuckDB read \d+ records where there are/);
  expect(exitCode).toBe(1);
});

test("the schema event says what was decided and why", async () => {
  const config = "{ path: a.csv, dtype: { id: INTEGER } }";
  const { folder } = await read(config, { "a.csv": "id,zip,price,ID\n1,00100,1.50,\n2,12000,2,x\n" });
  const event = logLines(runFolder(folder), "events").find(({ event }) => event === "schema");
  expect(event?.["table"]).toBe("rows");
  expect(event?.["columns"]).toEqual([
    { name: "id", type: "INTEGER", reason: "declared in dtype" },
    { name: "zip", type: "VARCHAR", reason: "text: line 2 has a leading zero" },
    { name: "price", type: "DECIMAL(18,2)", reason: "numbers with up to 2 decimals" },
    { name: "ID_2", type: "VARCHAR", reason: "text: line 3 has text", source_name: "ID" },
  ]);
});
