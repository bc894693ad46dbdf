import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { osiris, outcomeOf, type Outcome } from "../src/osiris.ts";
import { exampleProject, REPOSITORY } from "../src/project.ts";

const RESULT = `country,orders,total,last_order,waiting
CZ,2,12345678901284.0678,2026-03-05 17:45:00,1
JP,1,0.0001,2026-03-04 00:00:00,1
NG,2,2004.9900,2026-03-07 10:30:00,0
`;

/** As in a clone, where the example lies below the repository's packages. */
function clonedExample(): string {
  const folder = exampleProject("mysql");
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@osiris"), { recursive: true });
  for (const name of ["mysql2", "@osiris/services"]) {
    symlinkSync(join(REPOSITORY, "node_modules", name), join(modules, name), "dir");
  }
  return folder;
}

function npmStart(folder: string): Promise<Outcome> {
  const PATH = [join(REPOSITORY, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const env = { ...process.env, PATH, NO_COLOR: "1" };
  return outcomeOf(spawn("npm", ["start"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] }));
}

/** The command in the README that begins so. */
function documented(beginning: string): string {
  const readme = readFileSync(join(REPOSITORY, "docs/examples/mysql/README.md"), "utf8");
  const line = readme.split("\n").find((text) => text.startsWith(beginning));
  if (line === undefined) throw new Error(`the README has no "${beginning}"`);
  return line;
}

// Its server comes the same way as those of tests, but it has no test to skip where none can be had.
test("the mysql example runs with the README's commands, and loses no digit", async () => {
  expect(documented("npm start")).toBe("npm start");
  const folder = clonedExample();
  const { exitCode, stdout, stderr } = await npmStart(folder);
  expect([exitCode, stdout, stderr]).toEqual([
    0,
    expect.stringContaining("out/totals.csv"),
    expect.stringContaining("shipped_on (2)"),
  ]);
  expect(readFileSync(join(folder, "out/totals.csv"), "utf8")).toBe(RESULT);

  const sql = /"(?<sql>.*)"/.exec(documented("npx osiris query"))?.groups?.["sql"] ?? "";
  const orders = await osiris(folder, "query", sql, "--json");
  expect((JSON.parse(orders.stdout) as { rows: unknown }).rows).toEqual(
    expect.arrayContaining([
      { id: "18446744073709551615", total: "5.0000", shipped_on: "2026-03-08" },
      { id: "2", total: "12345678901234.5678", shipped_on: "2026-03-05" },
      { id: "4", total: "0.0001", shipped_on: null },
    ]),
  );
});
