import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  DATABASE_FILE,
  OsirisError,
  RunDatabase,
  type Cell,
  type Column,
  type QueryResult,
} from "@osiris/core";
import { findRun, type RunRecord } from "@osiris/runtime";
import { textTable } from "./text-table.ts";

/** A run's database, opened for looking. The caller closes it. */
export async function openRunData(
  sessions: string,
  wanted: string,
): Promise<{ readonly run: RunRecord; readonly database: RunDatabase }> {
  const run = findRun(sessions, wanted);
  if (run.status === "running") {
    throw new OsirisError({
      code: "database.locked",
      category: "resource",
      message: `Run ${run.run_id} is still going on; its data can be read when it has ended`,
    });
  }
  const file = join(run.run_dir, DATABASE_FILE);
  if (!existsSync(file)) {
    throw new OsirisError({
      code: "runs.no_data",
      category: "resource",
      message: `Run ${run.run_id} has no database: it ended before one was made`,
    });
  }
  return { run, database: await RunDatabase.openReadOnly(file) };
}

/** Columns and rows as JSON. What JSON numbers cannot hold exactly is text: 64-bit integers, decimals, times. */
export function resultDocument(
  columns: readonly Column[],
  rows: QueryResult["rows"],
): Readonly<Record<string, unknown>> {
  return {
    columns,
    rows: rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, jsonCell(cell)])),
    ),
  };
}

function jsonCell(cell: Cell): Cell {
  if (typeof cell === "bigint") return cell.toString();
  return typeof cell === "number" && !Number.isFinite(cell) ? String(cell) : cell;
}

export function resultTable(columns: readonly Column[], rows: QueryResult["rows"]): string {
  const titles = columns.map(
    ({ name, type }) => ({ title: name, align: isNumeric(type) ? "right" : "left" }) as const,
  );
  return textTable(
    titles,
    rows.map((row) => columns.map(({ name }) => showCell(row[name] ?? null))),
  );
}

function showCell(cell: Cell): string {
  return cell === null ? "NULL" : String(cell);
}

function isNumeric(type: string): boolean {
  return /INT|DECIMAL|DOUBLE|FLOAT/.test(type);
}
