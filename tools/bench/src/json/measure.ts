import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunDatabase, StepTables, type CellInput, type JsonRow } from "@osiris/core";
import { COLUMNS, page } from "./pages.ts";

/** What one process measures. */
export interface Measurement {
  readonly milliseconds: number;
  readonly peakMegabytes: number;
}

type Row = Readonly<Record<string, Exclude<CellInput, bigint>>>;

/** Pages are parsed as they would come; a few of them stand for all, so that making them does not count. */
const DIFFERENT_PAGES = 20;

async function measure(way: string, width: string, pages: number, pageRows: number): Promise<number> {
  const columns = width === "narrow" ? COLUMNS.slice(0, 5) : COLUMNS;
  const texts = Array.from({ length: DIFFERENT_PAGES }, (_, number) => page(columns, number, pageRows));
  const folder = mkdtempSync(join(tmpdir(), "osiris-bench-"));
  try {
    await using database = await RunDatabase.open(
      join(folder, "run.duckdb"),
      {},
      { files: [], directories: [] },
    );
    const tables = await StepTables.open(database, "bench");
    const start = performance.now();
    const append = await appender(way, tables);
    for (let number = 0; number < pages; number++) {
      await append(JSON.parse(texts[number % DIFFERENT_PAGES] ?? "[]") as readonly Row[]);
    }
    if (way !== "parse") {
      const [sealed] = await tables.seal();
      if (sealed?.rows !== pages * pageRows) throw new Error(`${sealed?.rows} rows`);
      await tables.publish([sealed]);
    }
    return performance.now() - start;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }

  async function appender(way: string, tables: StepTables): Promise<(rows: readonly Row[]) => unknown> {
    if (way === "parse") return (rows) => rows.length;
    if (way === "json") {
      const writer = tables.createJson({});
      return (rows) => writer.append(rows as readonly JsonRow[]);
    }
    const writer = await tables.create(columns);
    return (rows) => {
      for (const row of rows) writer.append(row);
    };
  }
}

const [way = "", width = "", pages = "", pageRows = ""] = process.argv.slice(2);
const milliseconds = await measure(way, width, Number(pages), Number(pageRows));
const measurement: Measurement = { milliseconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
process.stdout.write(JSON.stringify(measurement));
