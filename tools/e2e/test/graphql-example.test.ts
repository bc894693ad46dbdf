import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, test } from "vitest";
import { osiris, outcomeOf, type Outcome } from "../src/osiris.ts";
import { exampleProject, logLines, REPOSITORY, runFolder } from "../src/project.ts";

const RESULT = `title,released,budget,director,country
Zimní řeka,2009-03-12,610000.00,Věra Svobodová,CZ
Night Tram,2012-10-04,890000.00,Věra Svobodová,CZ
Harmattan,2014-10-03,1200000.00,"Okafor, Ada",NG
"Rain, Again",2015-04-23,1430000.25,Věra Svobodová,CZ
Paper Lanterns,2016-08-27,4250000.50,Hana Mori,JP
"Lagos, 4 a.m.",2017-06-16,980000.75,"Okafor, Ada",NG
The Beekeeper,2018-09-27,1800000.00,Věra Svobodová,CZ
"The ""Small"" House",2019-11-22,,"Okafor, Ada",NG
Red Earth,2020-02-14,2300000.00,"Okafor, Ada",NG
The Tide Clock,2021-03-05,7100000.00,Hana Mori,JP
A Letter Home,2022-09-09,3150000.10,"Okafor, Ada",NG
Generator,2023-05-19,2750000.00,"Okafor, Ada",NG
Sal,2024-07-11,5200000.00,Inés Calderón,MX
Market Day,2025-01-31,4000000.00,"Okafor, Ada",NG
`;

/** As in a clone, where the example lies below the repository's packages. */
function clonedExample(): string {
  const folder = exampleProject("graphql");
  const modules = join(folder, "node_modules");
  mkdirSync(modules, { recursive: true });
  symlinkSync(join(REPOSITORY, "node_modules/graphql"), join(modules, "graphql"), "dir");
  return folder;
}

function npmStart(folder: string): Promise<Outcome> {
  const PATH = [join(REPOSITORY, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const env = { ...process.env, PATH, NO_COLOR: "1" };
  return outcomeOf(spawn("npm", ["start"], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] }));
}

/** The command in the README that begins so. */
function documented(beginning: string): string {
  const readme = readFileSync(join(REPOSITORY, "docs/examples/graphql/README.md"), "utf8");
  const line = readme.split("\n").find((text) => text.startsWith(beginning));
  if (line === undefined) throw new Error(`the README has no "${beginning}"`);
  return line;
}

describe("the graphql example", () => {
  test("reads all pages of all connections, with the README's commands", async () => {
    expect(documented("npm start")).toBe("npm start");
    const folder = clonedExample();
    const { exitCode, stdout, stderr } = await npmStart(folder);
    expect([exitCode, stdout, stderr]).toEqual([
      0,
      expect.stringContaining("Result: out/films.csv"),
      expect.anything(),
    ]);
    expect(readFileSync(join(folder, "out/films.csv"), "utf8")).toBe(RESULT);

    // Three pages of directors, and two and one of those two with more than three films.
    const requests = logLines(runFolder(folder), "metrics").filter(
      ({ metric }) => metric === "requests_made",
    );
    expect(requests.at(-1)).toMatchObject({ value: 6 });

    const sql = /"(?<sql>.*)"/.exec(documented("npx osiris query"))?.groups?.["sql"] ?? "";
    const counted = await osiris(folder, "query", sql, "--json");
    expect((JSON.parse(counted.stdout) as { rows: unknown }).rows).toEqual(
      expect.arrayContaining([
        { name: "Okafor, Ada", films: "7" },
        { name: "Jean-Luc Marchand", films: "0" },
      ]),
    );
  });

  test("has a query that is checked without the server", async () => {
    const folder = clonedExample();
    const file = join(folder, "pipeline.yaml");
    expect(await osiris(folder, "validate", file)).toMatchObject({ exitCode: 0 });
    writeFileSync(file, readFileSync(file, "utf8").replace("released budget", "relaesed budget"));
    const { exitCode, stderr } = await osiris(folder, "validate", "pipeline.yaml");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("relaesed");
  });
});
