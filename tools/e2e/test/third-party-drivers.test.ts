import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris } from "../src/osiris.ts";
import { logLines, pipeline, project, runFolder } from "../src/project.ts";

const COUNTER = `
  const table = await ctx.createTable([{ name: "n", type: "INTEGER" }, { name: "word", type: "VARCHAR" }]);
  for (let n = 0; n < 5000; n++) table.append({ n, word: n % 2 ? "odd" : null });
  ctx.metric("requests_made", 1);
  ctx.event("page_read", { page: 1 });
  return { rows: table.rows };`;
const COLLECTOR = `
  let sum = 0, rows = 0;
  for await (const batch of ctx.readTable(inputs.table)) {
    const [n] = batch.columns.filter((column) => column.name === "n");
    for (let row = 0; row < batch.rowCount; row++) { sum += n.get(row); rows++; }
  }
  const { writeFileSync } = await import("node:fs");
  writeFileSync(ctx.artifacts + "/sum.txt", String(sum));
  return { rows };`;

const step = (id: string, component: string, mode: string, more = ""): string =>
  `  - { id: ${id}, component: ${component}, mode: ${mode}${more} }\n`;

describe("a third-party driver package", () => {
  test("is found among the project's dependencies and does all that the contract offers", async () => {
    const folder = project({
      "package.json": projectManifest("osiris-driver-acme"),
      ...driverPackage("osiris-driver-acme", [
        { name: "acme.counter", mode: "extract", inputs: "none", run: COUNTER },
        { name: "acme.collector", mode: "write", inputs: "one", run: COLLECTOR },
      ]),
      "pipeline.yaml": pipeline(
        step("count", "acme.counter", "read") + step("collect", "acme.collector", "write"),
      ),
    });
    const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml");
    expect(stdout).toMatch(/^collect +ok +5,000 +5,000/m);
    expect(exitCode).toBe(0);
    const run = runFolder(folder);
    expect(readFileSync(join(run, "artifacts/collect/sum.txt"), "utf8")).toBe(String((4999 * 5000) / 2));
    expect(logLines(run, "events")).toContainEqual(
      expect.objectContaining({ event: "page_read", step_id: "count", page: 1 }),
    );
    expect(logLines(run, "metrics")).toContainEqual(
      expect.objectContaining({ metric: "requests_made", step_id: "count" }),
    );
    const manifest = readFileSync(join(run, "manifest.yaml"), "utf8");
    expect(manifest).toContain("package: osiris-driver-acme\n      version: 0.3.0");
  });

  test("publishes several tables, which SQL and a chosen input can read", async () => {
    const films = `
      let rows = 0;
      for (const output of ["actors", "movies"]) {
        const table = await ctx.createTable([{ name: "n", type: "INTEGER" }], { output });
        for (let n = 0; n <= rows; n++) table.append({ n });
        rows += table.rows;
      }
      return { rows };`;
    const folder = project({
      "package.json": projectManifest("osiris-driver-acme"),
      ...driverPackage("osiris-driver-acme", [
        { name: "acme.films", mode: "extract", inputs: "none", run: films },
        { name: "acme.collector", mode: "write", inputs: "one", run: COLLECTOR },
      ]),
      "pipeline.yaml": pipeline(
        step("films", "acme.films", "read") +
          step(
            "both",
            "duckdb.processor",
            "transform",
            ', config: { query: "FROM films__actors UNION ALL FROM films__movies" }',
          ) +
          step("collect", "acme.collector", "write", ", needs: [films, both], input: films__movies"),
      ),
    });
    const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^both +ok +3 +3/m);
    expect(stdout).toMatch(/^collect +ok +2 +2/m);
  });
});

test("a step that takes one table never reads just one of several", async () => {
  const two = `
    for (const output of ["a", "b"]) await ctx.createTableAs("SELECT 1 AS n", { output });
    return { rows: 2 };`;
  const files = {
    "package.json": projectManifest("osiris-driver-acme"),
    ...driverPackage("osiris-driver-acme", [{ name: "acme.two", mode: "extract", inputs: "none", run: two }]),
  };
  const write = (input: string): string =>
    pipeline(
      step("two", "acme.two", "read") +
        step("out", "filesystem.csv_writer", "write", `${input}, config: { path: out.csv }`),
    );
  for (const input of ["", ", input: two__c"]) {
    const { exitCode, stdout } = await osiris(project({ ...files, "p.yaml": write(input) }), "run", "p.yaml");
    expect(stdout).toMatch(/takes one table; its needs have published 2: two__a, two__b.*input: <table>/s);
    expect(exitCode).toBe(1);
  }
  const folder = project({ ...files, "p.yaml": write(", input: two__b") });
  expect((await osiris(folder, "run", "p.yaml")).exitCode).toBe(0);
});

describe("a driver that does wrong fails its step, with the reason", () => {
  const faults: readonly (readonly [name: string, run: string, says: RegExp])[] = [
    ["throws", 'throw new Error("boom")', /Step "s" \(acme\.faulty\): boom.*internal\.unexpected/s],
    ["returns nothing", 'await ctx.createTableAs("SELECT 1 AS a");', /run\(\) did not return \{ rows \}/],
    ["makes no table", "return { rows: 0 };", /run\(\) made no table/],
    [
      "counts wrong",
      'await ctx.createTableAs("SELECT 1 AS a"); return { rows: 2 };',
      /reported 2 rows, its tables have 1/,
    ],
    [
      "makes a table twice",
      'for (const a of [1, 2]) await ctx.createTableAs("SELECT 1 AS a"); return { rows: 2 };',
      /created twice/,
    ],
    [
      "runs a statement during a stream",
      `const c = await ctx.connect();
       for await (const batch of c.stream("SELECT * FROM range(100000)")) await c.run("SELECT 1");
       return { rows: 0 };`,
      /A stream is still open on this connection/,
    ],
    [
      "reaches for a file",
      `await ctx.query("FROM read_text('/etc/passwd')"); return { rows: 0 };`,
      /only the files that its own config names/,
    ],
    [
      "gives a value that does not fit",
      'const t = await ctx.createTable([{ name: "n", type: "INTEGER" }]); t.append({ n: 1 }); t.append({ n: 1.5 }); return { rows: 2 };',
      /Table "s", row 2, column "n": number 1\.5 does not fit INTEGER/,
    ],
  ];

  test.each(faults)("it %s", async (_name, run, says) => {
    const folder = project({
      "package.json": projectManifest("osiris-driver-acme"),
      ...driverPackage("osiris-driver-acme", [{ name: "acme.faulty", mode: "extract", inputs: "none", run }]),
      "pipeline.yaml": pipeline(step("s", "acme.faulty", "read")),
    });
    const { exitCode, stdout, stderr } = await osiris(folder, "run", "pipeline.yaml");
    expect(stdout).toMatch(says);
    expect(stdout + stderr).not.toMatch(/\n\s+at .*:\d+/);
    expect(exitCode).toBe(1);
    const query = await osiris(
      folder,
      "query",
      "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'",
      "--json",
    );
    expect(JSON.parse(query.stdout)).toMatchObject({ rows: [] });
  });

  test("it uses its context after the end", async () => {
    const run = `
      await ctx.createTableAs("SELECT 1 AS a");
      setTimeout(() => ctx.query("SELECT 1").catch((error) => process.stderr.write(error.code)), 50);
      return { rows: 1 };`;
    const wait =
      'await new Promise((resolve) => setTimeout(resolve, 300)); await ctx.createTableAs("SELECT 1 AS a"); return { rows: 1 };';
    const folder = project({
      "package.json": projectManifest("osiris-driver-acme"),
      ...driverPackage("osiris-driver-acme", [
        { name: "acme.late", mode: "extract", inputs: "none", run },
        { name: "acme.wait", mode: "extract", inputs: "none", run: wait },
      ]),
      "pipeline.yaml": pipeline(step("late", "acme.late", "read") + step("wait", "acme.wait", "read")),
    });
    const { exitCode, stderr } = await osiris(folder, "run", "pipeline.yaml");
    expect(stderr).toContain("driver.context_closed");
    expect(exitCode).toBe(0);
  });
});

describe("broken and conflicting packages", () => {
  const good = driverPackage("osiris-driver-good", [
    { name: "good.counter", mode: "extract", inputs: "none", run: COUNTER },
  ]);

  test("a broken one is reported and disturbs nothing else", async () => {
    const folder = project({
      "package.json": projectManifest(
        "osiris-driver-good",
        "osiris-driver-old",
        "osiris-driver-bad",
        "osiris-driver-gone",
        "left-pad",
      ),
      ...good,
      ...driverPackage("osiris-driver-old", [], { contract: 99 }),
      ...driverPackage("osiris-driver-bad", [
        { name: "bad.thing", mode: "extract", inputs: "none", run: COUNTER },
      ]),
      "node_modules/osiris-driver-bad/0.yaml": "name: bad.thing\ncolour: blue\n",
      "node_modules/left-pad/package.json": "{}",
      "pipeline.yaml": pipeline(step("count", "good.counter", "read")),
    });
    const { stdout, stderr } = await osiris(folder, "components", "list", "--json");
    const list = JSON.parse(stdout) as {
      components: { name: string }[];
      problems: { package: string; message: string }[];
    };
    expect(list.components.map(({ name }) => name)).toContain("good.counter");
    expect(list.problems.map((problem) => problem.package)).toEqual([
      "osiris-driver-old",
      "osiris-driver-bad",
    ]);
    expect(stderr).toMatch(/osiris-driver-old: it is made for driver contract 99, this Osiris has 1/);
    expect((await osiris(folder, "run", "pipeline.yaml")).exitCode).toBe(0);
  });

  test("code that does not load fails only the step that needs it", async () => {
    const folder = project({
      "package.json": projectManifest("osiris-driver-good", "osiris-driver-torn"),
      ...good,
      ...driverPackage(
        "osiris-driver-torn",
        [{ name: "torn.one", mode: "extract", inputs: "none", run: "" }],
        {
          head: 'import "a-package-that-is-not-there";',
        },
      ),
      "good.yaml": pipeline(step("count", "good.counter", "read")),
      "torn.yaml": pipeline(step("torn", "torn.one", "read")),
    });
    expect((await osiris(folder, "run", "good.yaml")).exitCode).toBe(0);
    const torn = await osiris(folder, "run", "torn.yaml");
    expect(torn.exitCode).toBe(2);
    expect(torn.stderr).toMatch(
      /driver of torn\.one cannot be loaded.*Reinstall or update osiris-driver-torn/s,
    );
  });

  test("two packages that claim one name are an error that names both", async () => {
    const folder = project({
      "package.json": projectManifest("osiris-driver-good", "osiris-driver-twin"),
      ...good,
      ...driverPackage("osiris-driver-twin", [
        { name: "good.counter", mode: "extract", inputs: "none", run: COUNTER },
      ]),
      "pipeline.yaml": pipeline(step("count", "good.counter", "read")),
    });
    const { exitCode, stderr } = await osiris(folder, "run", "pipeline.yaml");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/"good\.counter": osiris-driver-good and osiris-driver-twin/);
    const chosen = project({
      "package.json": projectManifest("osiris-driver-good", "osiris-driver-twin"),
      "osiris.yaml": "drivers: [osiris-driver-twin]\n",
      ...good,
      ...driverPackage("osiris-driver-twin", [
        { name: "good.counter", mode: "extract", inputs: "none", run: COUNTER },
      ]),
      "pipeline.yaml": pipeline(step("count", "good.counter", "read")),
    });
    expect((await osiris(chosen, "run", "pipeline.yaml")).exitCode).toBe(0);
    expect(readFileSync(join(runFolder(chosen), "manifest.yaml"), "utf8")).toContain(
      "package: osiris-driver-twin",
    );
  });

  test("osiris.yaml allows and denies components, and refuses keys it does not know", async () => {
    const files = { "package.json": projectManifest("osiris-driver-good"), ...good };
    const names = async (osirisYaml: string): Promise<readonly string[]> => {
      const { stdout } = await osiris(
        project({ ...files, "osiris.yaml": osirisYaml }),
        "components",
        "list",
        "--json",
      );
      return (JSON.parse(stdout) as { components: { name: string }[] }).components.map(({ name }) => name);
    };
    expect(await names("components: { allow: [good.counter, 'duckdb.*'] }")).toEqual([
      "duckdb.processor",
      "good.counter",
    ]);
    const allButFiles = await names("components: { deny: ['filesystem.*', good.counter] }");
    expect(allButFiles).toContain("duckdb.processor");
    expect(allButFiles.filter((name) => /^(filesystem|good)\./.test(name))).toEqual([]);
    const wrong = await osiris(project({ "osiris.yaml": "drvers: []\n" }), "components", "list");
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toMatch(/osiris\.yaml.*"drvers"/);
    const missing = await osiris(
      project({ "osiris.yaml": "drivers: [osiris-driver-none]\n" }),
      "components",
      "list",
    );
    expect(missing.stderr).toContain("npm i osiris-driver-none");
  });

  test("a manifest is refused when the driver's version is another", async () => {
    const folder = project({
      "package.json": projectManifest("osiris-driver-good"),
      ...good,
      "pipeline.yaml": pipeline(step("count", "good.counter", "read")),
    });
    await osiris(folder, "compile", "pipeline.yaml", "--out", "build");
    const file = join(folder, "node_modules/osiris-driver-good/package.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"0.3.0"', '"0.4.0"'));
    const { exitCode, stderr } = await osiris(folder, "run", "build/manifest.yaml");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /compiled for osiris-driver-good 0\.3\.0, installed is osiris-driver-good 0\.4\.0/,
    );
  });
});
