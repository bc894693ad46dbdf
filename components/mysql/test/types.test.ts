import { useServer } from "@osiris/services";
import { afterEach, describe, expect, test } from "vitest";
import { mysqlProject, type PipelineRun } from "./pipeline.ts";
import { connectionConfig, environmentOf, openClient, testServer } from "./server.ts";
import { TYPE_CASES, type TypeCase } from "./type-cases.ts";

const server = useServer(testServer());
const ROWS = Math.max(...TYPE_CASES.map(({ values }) => values.length)) + 1;
const TIME_ZONE = process.env["TZ"];

server.prepare(async () => {
  await using client = await openClient(server);
  await client.query("SET sql_mode = '', time_zone = '+00:00'");
  const columns = TYPE_CASES.map(({ mysql }, at) => `c${at} ${mysql}`);
  await client.query(`CREATE TABLE torture (id INT PRIMARY KEY, ${columns.join(", ")})`);
  for (let row = 0; row < ROWS; row++) {
    const values = TYPE_CASES.map(({ values: all }) => sqlOf(all[row]));
    await client.query(`INSERT INTO torture VALUES (${[row, ...values].join(", ")})`);
  }
});

afterEach(() => {
  if (TIME_ZONE === undefined) delete process.env["TZ"];
  else process.env["TZ"] = TIME_ZONE;
});

const cast = (column: string): string => `${column}::VARCHAR`;

function sqlOf(value: TypeCase["values"][number] | undefined): string {
  if (value === undefined) return "NULL";
  return typeof value === "string" ? value : value[0];
}

function textOf(value: TypeCase["values"][number] | undefined): string | null {
  if (value === undefined) return null;
  return typeof value === "string" ? value : value[1];
}

async function read(config: Readonly<Record<string, unknown>> = {}): Promise<PipelineRun> {
  const step = { component: "mysql.extractor", config: { ...connectionConfig(server), ...config } } as const;
  const run = await mysqlProject().run({ torture: step }, { environment: environmentOf(server) });
  expect(run.error).toBeUndefined();
  return run;
}

describe.each(["binary", "mysql2"])("decoder %s", (decoder) => {
  test.each([
    ["UTC", 0],
    ["Pacific/Kiritimati", -14 * 60],
    ["America/Los_Angeles", 7 * 60],
  ])("every type at its extremes, with the machine in %s", async (zone, offset) => {
    process.env["TZ"] = zone;
    expect(new Date("2026-07-01").getTimezoneOffset()).toBe(offset);
    const run = await read({ table: "torture", decoder });
    const columns = await run.columns("torture");
    expect(columns.slice(1).map(({ type }, at) => `${TYPE_CASES[at]?.mysql}: ${type}`)).toEqual(
      TYPE_CASES.map(({ mysql, duckdb }) => `${mysql}: ${duckdb}`),
    );
    for (const [at, { mysql, values, text = cast }] of TYPE_CASES.entries()) {
      const expected = Array.from({ length: ROWS }, (_, row) => textOf(values[row]));
      const found = await run.values(`SELECT ${text(`c${at}`)} FROM torture ORDER BY id`);
      expect.soft(found, mysql).toEqual(expected);
    }
  });
});
