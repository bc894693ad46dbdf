import { expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris } from "../src/osiris.ts";
import { logLines, pipeline, project, runFolder } from "../src/project.ts";

/** Pages of an API as they drift: null first, keys in another order, a decimal and a new key on the last page. */
const API = `
  const pages = [
    [{ id: 1, name: null, price: 10 }, { id: 2, name: null, price: 12 }],
    Array.from({ length: 3000 }, (_, n) => ({ price: n, name: "film " + n, id: n + 3, ID: "other" })),
    [{ id: 9007199254740993n, price: 100.5, tags: ["new"], more: 1, evenMore: { a: 2 } }],
  ];
  const table = await ctx.createJsonTable({ maxColumns: 5, ...config });
  for (const page of pages) await table.append(page);
  return { rows: table.rows };`;

const spec = {
  configSchema: { type: "object", properties: { onTypeChange: { enum: ["widen", "fail"] } } },
};
const QUERY = `SELECT count(*) AS n, max(id) AS id, max(price) AS price, count(name) AS names, any_value(tags) AS tags,
  any_value(_extra) AS extra FROM films`;

function apiProject(config: string): string {
  return project({
    "package.json": projectManifest("osiris-driver-acme"),
    ...driverPackage("osiris-driver-acme", [
      { name: "acme.api", mode: "extract", inputs: "none", run: API, spec },
    ]),
    "pipeline.yaml": pipeline(`  - { id: films, component: acme.api, mode: read, config: ${config} }\n`),
  });
}

test("a third-party driver makes an exact table of JSON rows that drift, and the run says what was decided", async () => {
  const folder = apiProject("{}");
  const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml");
  expect(stdout).toMatch(/^films +ok +0 +3,003/m);
  expect(exitCode).toBe(0);
  const { stdout: answer } = await osiris(folder, "query", QUERY, "--json");
  expect(answer).toContain("9007199254740993");
  for (const part of ["3003", "2999", "3000", "new", "evenMore"]) expect(answer).toContain(part);

  const events = logLines(runFolder(folder), "events");
  expect(events.find(({ event }) => event === "schema")).toMatchObject({
    step_id: "films",
    table: "films",
    columns: [
      { name: "id", type: "BIGINT", reason: "3002 integers, 1 integers beyond 2^53" },
      { name: "name", type: "VARCHAR", reason: "3000 strings" },
      { name: "price", type: "DOUBLE", reason: "3002 integers, 1 doubles" },
      { name: "ID_2", type: "VARCHAR", source_name: "ID", reason: "3000 strings" },
      { name: "tags", type: "JSON", reason: "1 objects or arrays" },
      { name: "_extra", type: "JSON", reason: "1 rows have keys beyond the last column" },
    ],
  });
  const warnings = events.filter(({ event, level }) => event === "log" && level === "warn");
  expect(warnings.map(({ message }) => message)).toEqual([
    'Table "films": columns were renamed: "ID" is "ID_2"',
    'Table "films": types were widened: "price" from BIGINT to DOUBLE, since row 3003',
    'Table "films": 1 rows, since row 3003, have more keys than the table has columns; they are in "_extra": "more", "evenMore", …',
  ]);
});

test("a type that must not change fails the step with column, types and row, and publishes nothing", async () => {
  const folder = apiProject("{ onTypeChange: fail }");
  const { exitCode, stdout: told } = await osiris(folder, "run", "pipeline.yaml");
  expect(exitCode).toBe(1);
  expect(told).toContain('row 3003, column "price": the type changes from BIGINT to DOUBLE');
  const { stdout } = await osiris(folder, "query", "SHOW TABLES");
  expect(stdout).not.toContain("films");
});
