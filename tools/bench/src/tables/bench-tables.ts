import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { median } from "../median.ts";
import type { Measurement, Work } from "./measure.ts";
import { SHAPES } from "./shapes.ts";

const run = promisify(execFile);
const SIZES = "10000,1000000";

/** Interleaved, so that whatever else the machine does hits all alike. */
const WORKS: readonly Work[] = ["append", "columns", "read_csv", "read", "copy", "fetch", "idle"];

/** Rows from JavaScript into a table and back, beside DuckDB's own ways for the same rows. */
export async function benchTables(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { rows: { type: "string", default: SIZES }, rounds: { type: "string", default: "5" } },
  });
  row("table", "rows", "work", "median ms", "krows/s", "ratio", "cpu ms", "cpu ratio", "peak MB");
  for (const shape of Object.keys(SHAPES)) {
    for (const count of values.rows.split(",").map(Number))
      await benchTable(shape, count, Number(values.rounds));
  }
}

async function benchTable(shape: string, count: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "osiris-bench-"));
  try {
    const measure = (work: Work): Promise<Measurement> => inOwnProcess(work, shape, count, folder);
    await measure("prepare");
    const runs = new Map<Work, Measurement[]>(WORKS.map((work) => [work, []]));
    for (let round = 0; round < rounds; round++) {
      for (const work of WORKS) runs.get(work)?.push(await measure(work));
    }
    const middle = (work: Work, figure: "time" | "cpu" | "peakMegabytes"): number =>
      median((runs.get(work) ?? []).map((measured) => measured[figure]));
    const show = (work: Work, baseline?: Work): void => {
      const time = middle(work, "time");
      const cpu = middle(work, "cpu");
      const over = (figure: "time" | "cpu"): string =>
        baseline === undefined ? "" : `${(middle(work, figure) / middle(baseline, figure)).toFixed(2)}×`;
      const cells = [time.toFixed(0), (count / time).toFixed(0), over("time"), cpu.toFixed(0), over("cpu")];
      row(shape, String(count), work, ...cells, middle(work, "peakMegabytes").toFixed(0));
    };
    show("idle");
    show("read_csv");
    show("append", "read_csv");
    show("columns", "read_csv");
    show("copy");
    show("fetch", "copy");
    show("read", "copy");
    const { longestCall = Number.NaN } = await measure("longest");
    process.stdout.write(`longest call of append: ${longestCall.toFixed(0)} ms\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inOwnProcess(work: Work, shape: string, count: number, folder: string): Promise<Measurement> {
  const script = join(import.meta.dirname, "measure.ts");
  const { stdout } = await run(process.execPath, [script, work, shape, String(count), folder]);
  for (const name of readdirSync(folder)) {
    if (name.startsWith("run-")) rmSync(join(folder, name), { recursive: true });
  }
  return JSON.parse(stdout) as Measurement;
}

function row(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell) => cell.padStart(11)).join("")}\n`);
}
