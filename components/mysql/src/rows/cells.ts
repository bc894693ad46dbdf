import type { CellInput } from "@osiris/core";
import type { SourceColumn } from "../types/source-column.ts";
import type { WireFormat } from "../types/wire-types.ts";
import { dateText, datetimeText, daysOf, durationText, NO_DATE } from "./vectors/calendar.ts";

/** What mysql2 makes of a value, with the options of this reader. */
export type ClientValue = number | string | Buffer;

/** A cell of a table: what `TableWriter.append` takes for the column, always in the same form. */
export type RowCell = number | bigint | string | boolean | Uint8Array | { readonly micros: bigint };

/** A date that no calendar has. */
export const IMPOSSIBLE: unique symbol = Symbol("no date");

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const HAS_SRID = 0x2000_0000;

type ToCell = (value: never, column: SourceColumn) => RowCell | typeof IMPOSSIBLE;

/** Formats whose values mysql2 does not give as they are wanted. */
const CELLS: Readonly<Partial<Record<WireFormat, ToCell>>> = {
  int8: (value: string) => BigInt(value),
  boolean: (value: number) => value !== 0,
  bit: (value: Buffer) => BigInt(`0x${value.toString("hex")}`),
  date: dateOf,
  datetime: datetimeOf,
  time: (value: string) => ({ micros: durationOf(value) }),
  datetime_text: (value: string, { decimals }) => withDecimals(value, decimals),
  text: textOf,
  uuid: textOf,
  geometry: geometryOf,
};

/** @throws TypeError where text is not UTF-8 */
export function cellOf(column: SourceColumn, value: ClientValue): RowCell | typeof IMPOSSIBLE {
  return CELLS[column.format]?.(value as never, column) ?? value;
}

/** As `TableWriter.append` takes it. */
export function cellInput(cell: RowCell | null): CellInput {
  return cell !== null && typeof cell === "object" && "micros" in cell
    ? { months: 0, days: 0, micros: cell.micros }
    : cell;
}

/** As `RowBatch.value` has it. */
export function watchedValue(column: SourceColumn, cell: RowCell): bigint | string {
  if (typeof cell === "object")
    return "micros" in cell ? durationText(cell.micros) : Buffer.from(cell).toString("hex");
  if (column.format === "date") return dateText(cell as number);
  if (column.format === "datetime") return datetimeText(cell as bigint);
  if (typeof cell === "string" || typeof cell === "bigint") return cell;
  return column.format === "float" || column.format === "double" ? String(cell) : BigInt(cell);
}

type ToOrder = (cell: never) => bigint;

const ORDERS: Readonly<Partial<Record<WireFormat, ToOrder>>> = {
  decimal: (cell: string) => BigInt(cell.replace(".", "")),
  time: (cell: { readonly micros: bigint }) => cell.micros,
  int1: BigInt,
  int2: BigInt,
  int4: BigInt,
  int8: BigInt,
  boolean: BigInt,
  bit: BigInt,
  date: BigInt,
  datetime: BigInt,
};

/** As `RowBatch.order` has it. */
export function orderOf(column: SourceColumn, cell: RowCell): bigint | undefined {
  return ORDERS[column.format]?.(cell as never);
}

/** Decimals beyond 38 digits are text in mysql2, too; all other text comes as bytes. */
function textOf(value: string | Buffer): string {
  return typeof value === "string" ? value : UTF8.decode(value);
}

function dateOf(text: string): number | typeof IMPOSSIBLE {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split("-").map(Number);
  const days = daysOf(year, month, day);
  return days === NO_DATE ? IMPOSSIBLE : days;
}

function datetimeOf(text: string): bigint | typeof IMPOSSIBLE {
  const days = dateOf(text);
  return days === IMPOSSIBLE ? days : BigInt(days) * 86_400_000_000n + durationOf(text.slice(11));
}

/** Of `[-]hh:mm:ss[.ffffff]`, in microseconds. */
function durationOf(text: string): bigint {
  const [, sign = "", hours = "0", minutes = "0", seconds = "0", fraction = ""] =
    /^(-?)(\d+):(\d+):(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const whole = BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds);
  const micros = whole * 1_000_000n + BigInt(fraction.padEnd(6, "0"));
  return sign === "-" ? -micros : micros;
}

/** mysql2 leaves out a fraction that is 0. */
function withDecimals(text: string, decimals: number): string {
  const [whole = "", fraction = ""] = text.split(".");
  return decimals === 0 ? whole : `${whole}.${fraction.padEnd(Math.min(decimals, 6), "0")}`;
}

function geometryOf(bytes: Buffer): Buffer {
  const srid = bytes.readUInt32LE(0);
  if (srid === 0) return bytes.subarray(4);
  const head = Buffer.alloc(9);
  head.writeUInt8(1, 0);
  head.writeUInt32LE((bytes.readUInt32LE(5) | HAS_SRID) >>> 0, 1);
  head.writeUInt32LE(srid, 5);
  return Buffer.concat([head, bytes.subarray(9)]);
}
