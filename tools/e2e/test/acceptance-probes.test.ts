import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris } from "../src/osiris.ts";
import { pipeline, project, runFolder } from "../src/project.ts";

// What the first Osiris got wrong, through the real command. Each probe has further tests of its parts elsewhere.

const read = (id: string, file = `${id}.csv`, more = ""): string =>
  `  - { id: ${id}, component: filesystem.csv_extractor, mode: read, needs: [], config: { path: ${file}${more} } }\n`;
const sql = (id: string, query: string): string =>
  `  - id: ${id}\n    component: duckdb.processor\n    mode: transform\n    config: { query: ${JSON.stringify(query)} }\n`;
const write = (id: string, needs: string, more = ""): string =>
  `  - { id: ${id}, component: filesystem.csv_writer, mode: write, needs: [${needs}]${more}, config: { path: ${id}.csv } }\n`;

async function rowsOf(folder: string, query: string): Promise<unknown> {
  const { stdout } = await osiris(folder, "query", query, "--json");
  return (JSON.parse(stdout) as { rows: unknown }).rows;
}

test("(a) CSV to SQL to CSV: the same bytes come out", async () => {
  const text =
    'id,name,price,day\n9223372036854775807,"o\'Neil, ""ü""",12345678901234.50,2024-02-29\n-1,"a\nb",,\n';
  const folder = project({
    "in.csv": text,
    "pipeline.yaml": pipeline(read("in") + sql("all-rows", 'SELECT * FROM "in"') + write("out", "all-rows")),
  });
  const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml");
  expect(stdout).toMatch(/^all-rows +ok +2 +2 /m);
  expect(exitCode).toBe(0);
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe(text);
});

describe("(b) the id of a step", () => {
  test("may have hyphens, and be a word of SQL", async () => {
    const folder = project({
      "pipeline.yaml": pipeline(
        sql("select", "SELECT 1 AS n") +
          sql("order-by", 'SELECT n + 1 AS n FROM "select"') +
          sql("table", "SELECT n + 1 AS n FROM order_by") +
          write("group", "table"),
      ),
    });
    const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml");
    expect(stdout).toMatch(/^order-by +ok/m);
    expect(exitCode).toBe(0);
    expect(readFileSync(join(folder, "group.csv"), "utf8")).toBe("n\n3\n");
    expect(await rowsOf(folder, 'FROM "table"')).toEqual([{ n: 3 }]);
  });

  test.each(["2nd", "../out", "a b"])("cannot be %s: nothing is run or written", async (id) => {
    const folder = project({ "pipeline.yaml": pipeline(sql(JSON.stringify(id), "SELECT 1 AS n")) });
    const { exitCode, stderr } = await osiris(folder, "run", "pipeline.yaml");
    expect(stderr).toMatch(/^pipeline\.yaml:4:9: error: .*\[step\.bad_id\]/m);
    expect(exitCode).toBe(2);
    expect(readdirSync(folder)).toEqual(["pipeline.yaml"]);
  });
});

test("(c) a writer with two inputs is told to choose, and writes the one it chose", async () => {
  const steps = sql("a", "SELECT 1 AS n") + sql("b", "SELECT 2 AS n");
  const folder = project({
    "both.yaml": pipeline(steps + write("out", "a, b")),
    "one.yaml": pipeline(steps + write("out", "a, b", ", input: b")),
  });
  const both = await osiris(folder, "run", "both.yaml");
  expect(both.stderr).toMatch(/takes one table, but its needs make 2: a, b \[step\.many_inputs\]/);
  expect(both.exitCode).toBe(2);
  expect(existsSync(join(folder, "out.csv"))).toBe(false);
  expect((await osiris(folder, "run", "one.yaml")).exitCode).toBe(0);
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("n\n2\n");
});

/** A driver that hands pages on, and what becomes of them. */
async function pagesRun(pages: readonly (readonly object[])[], options = "{}"): Promise<string> {
  const folder = project({
    "package.json": projectManifest("osiris-driver-pages"),
    ...driverPackage("osiris-driver-pages", [
      {
        name: "pages.extractor",
        mode: "extract",
        inputs: "none",
        run: `const table = await ctx.createJsonTable(${options});
          for (const page of ${JSON.stringify(pages)}) await table.append(page);
          return { rows: table.rows };`,
      },
    ]),
    "pipeline.yaml": pipeline(
      `  - { id: pages, component: pages.extractor, mode: read }\n${write("out", "pages")}`,
    ),
  });
  const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml");
  expect(stdout).toMatch(/^out +ok/m);
  expect(exitCode).toBe(0);
  return folder;
}

describe("(d) pages that differ", () => {
  test("whole numbers, then decimals", async () => {
    const folder = await pagesRun([[{ n: 1 }, { n: 2 }], [{ n: 2.5 }]]);
    expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("n\n1.0\n2.0\n2.5\n");
  });

  test("nothing but null, then values", async () => {
    const folder = await pagesRun([[{ n: null }], [{ n: 7 }]]);
    expect(await rowsOf(folder, "SELECT n, typeof(n) AS type FROM pages")).toEqual([
      { n: null, type: "BIGINT" },
      { n: "7", type: "BIGINT" },
    ]);
  });

  test("new columns, and old ones in another order", async () => {
    const folder = await pagesRun([[{ a: 1, b: "x" }], [{ c: true, b: "y", a: 2 }], [{ b: "z" }]]);
    expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("a,b,c\n1,x,\n2,y,true\n,z,\n");
  });
});

describe("(e) a source without rows keeps its columns", () => {
  test("a CSV file", async () => {
    const folder = project({
      "in.csv": "id,name\n",
      "pipeline.yaml": pipeline(
        read("in", "in.csv", ", dtype: { id: BIGINT }") +
          sql("more", 'SELECT id + 1 AS next, name FROM "in"') +
          write("out", "more"),
      ),
    });
    expect((await osiris(folder, "run", "pipeline.yaml")).exitCode).toBe(0);
    expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("next,name\n");
    expect(await rowsOf(folder, "SELECT column_name, column_type FROM (DESCRIBE more)")).toEqual([
      { column_name: "next", column_type: "BIGINT" },
      { column_name: "name", column_type: "VARCHAR" },
    ]);
  });

  test("an API that declares them", async () => {
    const columns = `{ columns: [{ name: "id", type: "BIGINT" }, { name: "at", type: "TIMESTAMP" }] }`;
    const folder = await pagesRun([[]], columns);
    expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("id,at\n");
  });
});

describe("(m) a failed run", () => {
  test("is in the index with its status and error code; its status is not 0, and stdout is one JSON document", async () => {
    const folder = project({
      "pipeline.yaml": pipeline(sql("ages", "SELECT 'x'::INTEGER AS age") + write("out", "ages")),
    });
    const { exitCode, stdout, stderr } = await osiris(folder, "run", "pipeline.yaml", "--json");
    expect(exitCode).toBe(1);
    const record = JSON.parse(stdout) as { run_id: string };
    const failed = {
      run_id: record.run_id,
      status: "failed",
      steps: [
        { id: "ages", status: "failed", error: { code: "sql.conversion", category: "data" } },
        { id: "out", status: "not_run" },
      ],
    };
    expect(record).toMatchObject(failed);
    expect(stderr).toContain("✗ ages");
    const list = await osiris(folder, "runs", "list", "--json");
    expect(JSON.parse(list.stdout)).toMatchObject([failed]);
    expect((await osiris(folder, "runs", "list")).stdout).toMatch(
      new RegExp(`^${record.run_id} +test +failed .* 0/2 .*sql\\.conversion$`, "m"),
    );
    expect(runFolder(folder)).toContain(record.run_id);
  });

  test("so is one whose driver writes to stdout", async () => {
    const folder = project({
      "package.json": projectManifest("osiris-driver-loud"),
      ...driverPackage("osiris-driver-loud", [
        {
          name: "loud.one",
          mode: "extract",
          inputs: "none",
          run: 'console.log("{"); throw new Error("loud");',
        },
      ]),
      "pipeline.yaml": pipeline("  - { id: s, component: loud.one, mode: read }\n"),
    });
    const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      status: "failed",
      steps: [{ error: { code: "internal.unexpected" } }],
    });
    expect(exitCode).toBe(1);
  });
});

test("(n) packages that are broken disturb no other connector", async () => {
  const broken = (name: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(files).map(([file, text]) => [`node_modules/${name}/${file}`, text]));
  const declared = (components: unknown): string =>
    JSON.stringify({ name: "x", version: "1.0.0", osiris: { contract: 1, components } });
  const names = ["torn-json", "no-spec", "bad-spec", "no-list", "throws", "missing"].map(
    (name) => `osiris-driver-${name}`,
  );
  const folder = project({
    "package.json": projectManifest(...names),
    ...broken("osiris-driver-torn-json", { "package.json": '{ "name": ' }),
    ...broken("osiris-driver-no-spec", { "package.json": declared(["./gone.yaml"]) }),
    ...broken("osiris-driver-bad-spec", { "package.json": declared(["./a.yaml"]), "a.yaml": "a: [\n" }),
    ...broken("osiris-driver-no-list", { "package.json": declared({ a: 1 }) }),
    ...driverPackage(
      "osiris-driver-throws",
      [{ name: "throws.one", mode: "extract", inputs: "none", run: "" }],
      { head: "throw new Error('at import');" },
    ),
    "in.csv": "a\n1\n",
    "pipeline.yaml": pipeline(read("in") + write("out", "in")),
  });
  const { exitCode, stdout, stderr } = await osiris(folder, "run", "pipeline.yaml", "--json");
  expect(JSON.parse(stdout)).toMatchObject({ status: "succeeded" });
  expect(exitCode).toBe(0);
  expect(readFileSync(join(folder, "out.csv"), "utf8")).toBe("a\n1\n");
  // Nor do they fall silent where somebody asks.
  const list = await osiris(folder, "components", "list", "--json");
  const { problems } = JSON.parse(list.stdout) as { problems: readonly { readonly package: string }[] };
  expect(problems.map((problem) => problem.package).toSorted()).toEqual(
    ["bad-spec", "no-list", "no-spec", "torn-json"].map((name) => `osiris-driver-${name}`),
  );
  expect(stderr).not.toMatch(/\n\s+at .*:\d+/);
});
