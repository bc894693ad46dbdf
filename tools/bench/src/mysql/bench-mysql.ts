import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { mariadbServer, startServer } from "@osiris/services";
import { median } from "../median.ts";
import { readers, writers, type Contender, type Reading } from "./contenders.ts";
import { byClient, meet, type Machine, type Round } from "./machine.ts";
import { createFilled, TABLES } from "./tables.ts";

/** Up to here everything is measured; beyond it, what takes minutes without telling more is left out. */
const SMALL = 1_000_000;

const SMALL_READINGS: readonly Reading[] = [{ decoder: "binary" }, { decoder: "mysql2" }];
/** DuckDB keeps the file that it writes in its memory, up to its limit: what a small table does not show. */
const LARGE_READINGS: readonly Reading[] = [
  { decoder: "binary" },
  { decoder: "binary", memoryLimit: "128MB" },
];

/** As a server has that is used: all rows in its memory, and room in its log for what is written. */
const SETTINGS = { "innodb-buffer-pool-size": "3G", "innodb-log-file-size": "512M" };

/** Tables of a MariaDB read and written by `osiris run`, against what the server's own client takes. */
export async function benchMysql(args: readonly string[]): Promise<void> {
  const options = {
    rows: { type: "string", default: "500000,10000000" },
    rounds: { type: "string", default: "3" },
    tables: { type: "string", default: TABLES.map(({ name }) => name).join(",") },
    works: { type: "string", default: "read,write" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const folder = mkdtempSync(join(tmpdir(), "osiris-bench-"));
  await using server = await startServer(mariadbServer({ settings: SETTINGS }));
  const machine = await meet(server, folder);
  try {
    for (const table of TABLES.filter(({ name }) => values.tables.split(",").includes(name))) {
      for (const rows of values.rows.split(",").map(Number)) {
        const name = `${table.name}_${rows}`;
        for (const sql of createFilled(table, name, rows)) await machine.judge.query(sql);
        await benchTable(machine, name, rows, values.works.split(","), Number(values.rounds));
        await machine.judge.query(`DROP TABLE ${name}`);
      }
    }
  } finally {
    await machine.judge.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchTable(
  machine: Machine,
  table: string,
  rows: number,
  works: readonly string[],
  rounds: number,
): Promise<void> {
  if (works.includes("read")) {
    const readings = rows <= SMALL ? SMALL_READINGS : LARGE_READINGS;
    report(`${table}, read`, rows, await interleaved(readers(machine, table, rows, readings), rounds));
  }
  if (works.includes("write") && rows <= SMALL) {
    const file = join(machine.folder, "rows.tsv");
    await byClient(machine, `SELECT * FROM ${table}`, file);
    report(`${table}, write`, rows, await interleaved(writers(machine, table, file, rows), rounds));
  }
}

type Results = readonly { readonly name: string; readonly rounds: readonly Round[] }[];

/** In turns, so that whatever else the machine does hits all alike. */
async function interleaved(contenders: readonly Contender[], rounds: number): Promise<Results> {
  const results = contenders.map(({ name }) => ({ name, rounds: [] as Round[] }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, contender] of contenders.entries()) results[index]?.rounds.push(await contender.run());
  }
  return results;
}

function report(title: string, rows: number, results: Results): void {
  process.stdout.write(`\n${title}\n`);
  row("", "step s", "× first", "krows/s", "process s", "× first", "cpu s", "peak MB");
  const middle = (rounds: readonly Round[], figure: keyof Round): number | undefined => {
    const known = rounds.flatMap((round) => round[figure] ?? []);
    return known.length === 0 ? undefined : median(known);
  };
  const first = results[0]?.rounds ?? [];
  for (const { name, rounds } of results) {
    const seconds = (figure: "worked" | "process" | "cpu"): string =>
      middle(rounds, figure) === undefined ? "" : (Number(middle(rounds, figure)) / 1000).toFixed(2);
    const ratio = (figure: "worked" | "process"): string =>
      (Number(middle(rounds, figure)) / Number(middle(first, figure))).toFixed(2);
    const speed = (rows / Number(middle(rounds, "worked"))).toFixed(0);
    const peak = middle(rounds, "megabytes")?.toFixed(0) ?? "";
    row(
      name,
      seconds("worked"),
      ratio("worked"),
      speed,
      seconds("process"),
      ratio("process"),
      seconds("cpu"),
      peak,
    );
  }
}

function row(name: string, ...cells: readonly string[]): void {
  process.stdout.write(`${name.padEnd(28)}${cells.map((cell) => cell.padStart(10)).join("")}\n`);
}
