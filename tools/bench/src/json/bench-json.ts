import { execFile } from "node:child_process";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { median } from "../median.ts";
import type { Measurement } from "./measure.ts";

const run = promisify(execFile);
const PAGE_ROWS = 1_000;

/** Pages of JSON: parsing alone, into a table of declared types, into a table whose types are found. */
export async function benchJson(args: readonly string[]): Promise<void> {
  const options = {
    rows: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "3" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const pages = Math.ceil(Number(values.rows) / PAGE_ROWS);
  row("rows", "columns", "how", "s", "krows/s", "× parsing", "peak MB");
  for (const width of ["narrow", "wide"] as const) {
    let parsing = Number.NaN;
    for (const way of ["parse", "typed", "json"]) {
      const rounds: Measurement[] = [];
      for (let round = 0; round < Number(values.rounds); round++)
        rounds.push(await inOwnProcess(way, width, pages));
      const seconds = median(rounds.map((measured) => measured.milliseconds)) / 1000;
      if (way === "parse") parsing = seconds;
      const peak = Math.max(...rounds.map(({ peakMegabytes }) => peakMegabytes));
      const cells = [
        seconds.toFixed(2),
        ((pages * PAGE_ROWS) / 1000 / seconds).toFixed(0),
        (seconds / parsing).toFixed(2),
      ];
      row(String(pages * PAGE_ROWS), width, way, ...cells, peak.toFixed(0));
    }
  }
}

async function inOwnProcess(way: string, width: string, pages: number): Promise<Measurement> {
  const script = join(import.meta.dirname, "measure.ts");
  const { stdout } = await run(process.execPath, [script, way, width, String(pages), String(PAGE_ROWS)]);
  return JSON.parse(stdout) as Measurement;
}

function row(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell) => cell.padStart(11)).join("")}\n`);
}
