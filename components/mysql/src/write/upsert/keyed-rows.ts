import { quoteIdentifier, type Column, type DriverContext, type InputTable } from "@osiris/core";

/** The rows of a table that count in an upsert: one for each key, none without one. */
export interface KeyedRows {
  /** The column with each row's number, in {@link select}; no other column has its name. */
  readonly number: Column;
  /** Selects `number` and the columns of the input, in the order of the input. */
  readonly select: string;
  readonly superseded: number;
  /** How many rows have no key: they are in no selection but {@link all}. */
  readonly withoutKey: number;
  /** The whole input with `number`, to select from, and the condition that a row has a key. */
  readonly all: string;
  readonly hasKey: string;
}

/** Finds which row counts for each key: the last by `orderBy`, and of equals the last in the table. */
export async function findKeyedRows(
  ctx: DriverContext,
  input: InputTable,
  key: readonly string[],
  orderBy: readonly string[],
): Promise<KeyedRows> {
  const number = { name: freeName("osiris_row", input), type: "BIGINT" };
  const name = quoteIdentifier(number.name);
  const rows = `(SELECT ${rowNumber(input)} AS ${name}, * FROM ${quoteIdentifier(input.table)})`;
  const keys = key.map(quoteIdentifier);
  const hasKey = keys.map((column) => `${column} IS NOT NULL`).join(" AND ");
  const counts = await ctx.query(
    `SELECT count(*) AS rows, (SELECT count(*) FROM (SELECT DISTINCT ${keys.join(", ")} FROM ${rows} WHERE ${hasKey})) AS keys
     FROM ${rows} WHERE ${hasKey}`,
  );
  const keyed = Number(counts.rows[0]?.["rows"]);
  const superseded = keyed - Number(counts.rows[0]?.["keys"]);
  const order = orderBy.map((column) => `${quoteIdentifier(column)} DESC NULLS LAST`);
  const winners = `SELECT ${name} FROM ${rows} WHERE ${hasKey}
    QUALIFY row_number() OVER (PARTITION BY ${keys.join(", ")} ORDER BY ${[...order, `${name} DESC`].join(", ")}) = 1`;
  return {
    number,
    select:
      superseded === 0
        ? `SELECT * FROM ${rows} WHERE ${hasKey}`
        : `SELECT * FROM ${rows} WHERE ${name} IN (${winners}) ORDER BY ${name}`,
    superseded,
    withoutKey: input.rows - keyed,
    all: rows,
    hasKey,
  };
}

/** DuckDB numbers the rows of a table; a column may have taken the name. */
function rowNumber(input: InputTable): string {
  const taken = input.columns.some(({ name }) => name.toLowerCase() === "rowid");
  return taken ? "row_number() OVER ()" : "rowid";
}

function freeName(name: string, input: InputTable): string {
  const taken = new Set(input.columns.map((column) => column.name.toLowerCase()));
  let free = name;
  while (taken.has(free)) free += "_";
  return free;
}
