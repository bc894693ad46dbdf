import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clonedExample, documentedCommand, npmStart } from "../src/example.ts";
import { osiris } from "../src/osiris.ts";

const RESULT = `country,orders,total,last_order,waiting
CZ,2,12345678901284.0678,2026-03-05 17:45:00,1
JP,1,0.0001,2026-03-04 00:00:00,1
NG,2,2004.9900,2026-03-07 10:30:00,0
`;

// Its server comes the same way as those of tests, but it has no test to skip where none can be had.
test("the mysql example runs with the README's commands, and loses no digit", async () => {
  expect(documentedCommand("mysql", "npm start")).toBe("npm start");
  const folder = clonedExample("mysql", ["mysql2", "@osiris/services"]);
  const { exitCode, stdout, stderr } = await npmStart(folder);
  expect([exitCode, stdout, stderr]).toEqual([
    0,
    expect.stringContaining("out/totals.csv"),
    expect.stringContaining("shipped_on (2)"),
  ]);
  expect(readFileSync(join(folder, "out/totals.csv"), "utf8")).toBe(RESULT);

  const sql = /"(?<sql>.*)"/.exec(documentedCommand("mysql", "npx osiris query"))?.groups?.["sql"] ?? "";
  const orders = await osiris(folder, "query", sql, "--json");
  expect((JSON.parse(orders.stdout) as { rows: unknown }).rows).toEqual(
    expect.arrayContaining([
      { id: "18446744073709551615", total: "5.0000", shipped_on: "2026-03-08" },
      { id: "2", total: "12345678901234.5678", shipped_on: "2026-03-05" },
      { id: "4", total: "0.0001", shipped_on: null },
    ]),
  );
});
