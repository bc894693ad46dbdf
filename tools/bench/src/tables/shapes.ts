import type { CellInput, Column } from "@osiris/core";

/** Rows are made once and appended again and again with a new key, so that making them is not measured. */
const DIFFERENT_ROWS = 20_000;

export type Row = Record<string, CellInput>;

/** A table to measure with. */
export interface Shape {
  readonly columns: readonly Column[];
  /** The first column; each row gets its own number there. */
  readonly key: string;
  readonly makeRow: (n: number) => Row;
}

const WORDS =
  "the quick brown fox jumps over a lazy dog while furious packages sleep above the silent deposits".split(
    " ",
  );

/** A few columns, as of events or measurements. */
const narrow: Shape = {
  key: "id",
  columns: [
    { name: "id", type: "INTEGER" },
    { name: "n", type: "INTEGER" },
    { name: "x", type: "DOUBLE" },
    { name: "name", type: "VARCHAR" },
    { name: "at", type: "TIMESTAMP" },
  ],
  makeRow: (n) => ({
    id: n,
    n: scatter(n, 1_000_000),
    x: scatter(n, 1_000_003) / 7,
    name: `name ${scatter(n, 900_001)} ${"abcdefgh".slice(n % 8)}`,
    at: `${day(n)} ${two(n % 24)}:${two(n % 60)}:${two((n * 7) % 60)}`,
  }),
};

/** The columns of TPC-H's lineitem, in its proportions. */
const wide: Shape = {
  key: "l_orderkey",
  columns: [
    { name: "l_orderkey", type: "INTEGER" },
    { name: "l_partkey", type: "INTEGER" },
    { name: "l_suppkey", type: "INTEGER" },
    { name: "l_linenumber", type: "INTEGER" },
    { name: "l_quantity", type: "DECIMAL(15,2)" },
    { name: "l_extendedprice", type: "DECIMAL(15,2)" },
    { name: "l_discount", type: "DECIMAL(15,2)" },
    { name: "l_tax", type: "DECIMAL(15,2)" },
    { name: "l_returnflag", type: "VARCHAR" },
    { name: "l_linestatus", type: "VARCHAR" },
    { name: "l_shipdate", type: "DATE" },
    { name: "l_commitdate", type: "DATE" },
    { name: "l_receiptdate", type: "DATE" },
    { name: "l_shipinstruct", type: "VARCHAR" },
    { name: "l_shipmode", type: "VARCHAR" },
    { name: "l_comment", type: "VARCHAR" },
  ],
  makeRow: (n) => ({
    l_orderkey: n,
    l_partkey: scatter(n, 200_000),
    l_suppkey: scatter(n, 10_000),
    l_linenumber: (n % 7) + 1,
    l_quantity: `${(n % 50) + 1}.00`,
    l_extendedprice: `${scatter(n, 100_000)}.${two(n % 100)}`,
    l_discount: `0.${two(n % 11)}`,
    l_tax: `0.${two(n % 9)}`,
    l_returnflag: ["A", "N", "R"][n % 3],
    l_linestatus: ["O", "F"][n % 2],
    l_shipdate: day(n),
    l_commitdate: day(n + 20),
    l_receiptdate: day(n + 31),
    l_shipinstruct: ["DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN"][n % 4],
    l_shipmode: ["REG AIR", "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB"][n % 7],
    l_comment: Array.from({ length: 3 + (n % 4) }, (_, word) => WORDS[scatter(n + word, WORDS.length)]).join(
      " ",
    ),
  }),
};

export const SHAPES: Readonly<Record<string, Shape>> = { narrow, wide };

/** The rows that {@link appendRows} takes, made ahead. */
export function makeRows({ makeRow }: Shape): readonly Row[] {
  return Array.from({ length: DIFFERENT_ROWS }, (_, n) => flat(makeRow(n)));
}

/** Appends `count` rows, of which each has a key of its own. */
export function appendRows(
  { key }: Shape,
  rows: readonly Row[],
  count: number,
  append: (row: Row) => void,
): void {
  for (let n = 0; n < count; n++) {
    const row = rows[n % rows.length] as Row;
    row[key] = n;
    append(row);
  }
}

/** Strings as a parser would give them: of one piece each. */
function flat(row: Row): Row {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === "string") row[name] = Buffer.from(value).toString();
  }
  return row;
}

function scatter(n: number, below: number): number {
  return (Math.imul(n + 1, 2_654_435_761) >>> 0) % below;
}

function day(n: number): string {
  return `${1992 + (n % 7)}-${two((n % 12) + 1)}-${two((n % 28) + 1)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
