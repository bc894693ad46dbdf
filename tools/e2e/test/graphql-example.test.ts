import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { clonedExample, documentedCommand, npmStart } from "../src/example.ts";
import { osiris } from "../src/osiris.ts";
import { logLines, runFolder } from "../src/project.ts";

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

describe("the graphql example", () => {
  test("reads all pages of all connections, with the README's commands", async () => {
    expect(documentedCommand("graphql", "npm start")).toBe("npm start");
    const folder = clonedExample("graphql", ["graphql"]);
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

    const sql = /"(?<sql>.*)"/.exec(documentedCommand("graphql", "npx osiris query"))?.groups?.["sql"] ?? "";
    const counted = await osiris(folder, "query", sql, "--json");
    expect((JSON.parse(counted.stdout) as { rows: unknown }).rows).toEqual(
      expect.arrayContaining([
        { name: "Okafor, Ada", films: "7" },
        { name: "Jean-Luc Marchand", films: "0" },
      ]),
    );
  });

  test("has a query that is checked without the server", async () => {
    const folder = clonedExample("graphql", ["graphql"]);
    const file = join(folder, "pipeline.yaml");
    expect(await osiris(folder, "validate", file)).toMatchObject({ exitCode: 0 });
    writeFileSync(file, readFileSync(file, "utf8").replace("released budget", "relaesed budget"));
    const { exitCode, stderr } = await osiris(folder, "validate", "pipeline.yaml");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("relaesed");
  });
});
