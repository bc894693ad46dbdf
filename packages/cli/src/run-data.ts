import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  DATABASE_FILE,
  OsirisError,
  RunDatabase,
  type Column,
  type DisplayedRows,
  type JsonValue,
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

export function resultTable(columns: readonly Column[], rows: DisplayedRows["rows"]): string {
  const titles = columns.map(
    ({ name, type }) => ({ title: name, align: NUMERIC.test(type) ? "right" : "left" }) as const,
  );
  return textTable(
    titles,
    rows.map((row) => columns.map(({ name }) => showCell(row[name] ?? null))),
  );
}

const NUMERIC = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|BIGNUM|DECIMAL\(.*\)|FLOAT|DOUBLE)$/;

function showCell(cell: JsonValue): string {
  if (cell === null) return "NULL";
  if (Object.is(cell, -0)) return "-0";
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}
