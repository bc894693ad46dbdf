import { OsirisError, quoteIdentifier, type DriverContext } from "@osiris/core";
import type { HeldRejects } from "../held-rejects.ts";
import type { KeyedRows } from "./keyed-rows.ts";

/** Rows of the input that are refused after they have left it, by their number. */
export type Refusals = ReadonlyMap<string, string>;

/** How many rows are looked up by one statement. */
const LOOK_UP = 1000;

/** Puts the rows into the rejects, each value as DuckDB spells it. */
export async function rejectNumbered(
  ctx: DriverContext,
  rows: KeyedRows,
  refusals: Refusals,
  rejects: HeldRejects,
): Promise<void> {
  const numbers = [...refusals.keys()];
  for (let from = 0; from < numbers.length; from += LOOK_UP) {
    const list = numbers.slice(from, from + LOOK_UP).join(", ");
    const condition = `${quoteIdentifier(rows.number.name)} IN (${list})`;
    await rejectWhere(ctx, rows, condition, rejects, (number) => refusals.get(number) ?? "");
  }
}

/**
 * Puts the rows without a key into the rejects, or throws when there are none to put them into.
 * @throws OsirisError `mysql.null_key`
 */
export async function rejectWithoutKey(
  ctx: DriverContext,
  rows: KeyedRows,
  key: readonly string[],
  rejects: HeldRejects | undefined,
): Promise<void> {
  const { withoutKey } = rows;
  if (withoutKey === 0) return;
  if (rejects === undefined) {
    throw new OsirisError({
      code: "mysql.null_key",
      category: "data",
      message: `${withoutKey} ${withoutKey === 1 ? "row has" : "rows have"} NULL in the primary key (${key.join(", ")})`,
      hint: "Leave them out in a duckdb.processor step before, or set on_row_error: reject.",
    });
  }
  const reason = `NULL in the primary key (${key.join(", ")})`;
  await rejectWhere(ctx, rows, `NOT (${rows.hasKey})`, rejects, () => reason);
}

/** The key of a row as people read it: `id 5, day 2024-01-31`. */
export async function describeKey(
  ctx: DriverContext,
  rows: KeyedRows,
  key: readonly string[],
  number: string,
): Promise<string> {
  const texts = key.map((name) => `${quoteIdentifier(name)}::VARCHAR AS ${quoteIdentifier(name)}`);
  const found = await ctx.query(
    `SELECT ${texts.join(", ")} FROM ${rows.all} WHERE ${quoteIdentifier(rows.number.name)} = ${number}`,
  );
  return Object.entries(found.rows[0] ?? {})
    .map(([name, value]) => `${name} ${value as string}`)
    .join(", ");
}

async function rejectWhere(
  ctx: DriverContext,
  rows: KeyedRows,
  condition: string,
  rejects: HeldRejects,
  reasonOf: (number: string) => string,
): Promise<void> {
  const connection = await ctx.connect();
  try {
    for await (const batch of connection.stream(
      `SELECT COLUMNS(*)::VARCHAR FROM ${rows.all} WHERE ${condition}`,
    )) {
      for (let row = 0; row < batch.rowCount; row++) {
        const [number, ...cells] = batch.columns.map(
          (column) => [column.name, column.get(row) as string | null] as const,
        );
        rejects.add({ row: Object.fromEntries(cells), reason: reasonOf(number?.[1] ?? "") });
      }
    }
  } finally {
    connection.close();
  }
}
