import { DuckDBTypeId, type DuckDBType } from "@duckdb/node-api";
import type { Cell, Interval, JsonValue, UnionCell } from "../contract.ts";
import { pad } from "./formats/digits.ts";
import * as temporal from "./formats/temporal.ts";

/** Makes of a cell what people read. */
export type Display = (cell: Cell) => JsonValue;

const PER_SECOND = 1_000_000n;

/**
 * Cells of a type as JSON: plain numbers where a JSON number is exact, lists and structs as arrays and objects, a map as
 * `{ key, value }`s, all else as the text that DuckDB writes.
 */
export function displayOf(type: DuckDBType): Display {
  const show = displayOfValue(type);
  return (cell) => (cell === null ? null : show(cell));
}

function displayOfValue(type: DuckDBType): Display {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the rest is plain
  switch (type.typeId) {
    case DuckDBTypeId.DATE:
      return (cell) => temporal.formatDate(cell as number);
    case DuckDBTypeId.TIME:
      return (cell) => temporal.formatClock(Number(cell), temporal.TIME.decimals);
    case DuckDBTypeId.TIME_NS:
      return (cell) => temporal.formatClock(Number(cell), temporal.TIME_NS.decimals);
    case DuckDBTypeId.TIMESTAMP:
      return instant(temporal.TIMESTAMP);
    case DuckDBTypeId.TIMESTAMP_S:
      return instant(temporal.TIMESTAMP_S);
    case DuckDBTypeId.TIMESTAMP_MS:
      return instant(temporal.TIMESTAMP_MS);
    case DuckDBTypeId.TIMESTAMP_NS:
      return instant(temporal.TIMESTAMP_NS);
    case DuckDBTypeId.TIMESTAMP_TZ:
      return instant(temporal.TIMESTAMPTZ);
    case DuckDBTypeId.INTERVAL:
      return (cell) => formatInterval(cell as Interval);
    case DuckDBTypeId.BLOB:
      return (cell) => formatBlob(cell as Uint8Array);
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return list(displayOf(type.valueType));
    case DuckDBTypeId.MAP:
      return map(displayOf(type.keyType), displayOf(type.valueType));
    case DuckDBTypeId.STRUCT:
      return struct(type.entryNames, type.entryTypes.map(displayOf));
    case DuckDBTypeId.UNION:
      return union(type.memberTags, type.memberTypes.map(displayOf));
    default:
      return plain;
  }
}

function plain(cell: Cell): JsonValue {
  if (typeof cell === "bigint") return String(cell);
  return typeof cell === "number" && !Number.isFinite(cell) ? String(cell) : (cell as JsonValue);
}

function instant(unit: temporal.TimeUnit): Display {
  return (cell) => temporal.formatTimestamp(cell as bigint, unit);
}

function list(show: Display): Display {
  return (cell) => (cell as readonly Cell[]).map(show);
}

function map(key: Display, value: Display): Display {
  return (cell) =>
    [...(cell as ReadonlyMap<Cell, Cell>)].map((entry) => ({ key: key(entry[0]), value: value(entry[1]) }));
}

function struct(names: readonly string[], fields: readonly Display[]): Display {
  return (cell) => {
    if (Array.isArray(cell)) return cell.map((field: Cell, index) => (fields[index] as Display)(field));
    const record = cell as Readonly<Record<string, Cell>>;
    const shown = Object.create(null) as Record<string, JsonValue>;
    names.forEach((name, index) => (shown[name] = (fields[index] as Display)(record[name] ?? null)));
    return shown;
  };
}

function union(names: readonly string[], members: readonly Display[]): Display {
  return (cell) => {
    const { tag, value } = cell as UnionCell;
    return { tag, value: (members[names.indexOf(tag)] as Display)(value) };
  };
}

/** `1 year 2 months 3 days 04:05:06.7`: each part with a sign of its own, as DuckDB keeps them. */
function formatInterval({ months, days, micros }: Interval): string {
  const counted = (count: number, unit: string): readonly string[] =>
    count === 0 ? [] : [`${count} ${unit}${Math.abs(count) === 1 ? "" : "s"}`];
  const parts = [
    ...counted(Math.trunc(months / 12), "year"),
    ...counted(months % 12, "month"),
    ...counted(days, "day"),
  ];
  if (micros !== 0n || parts.length === 0) parts.push(formatHours(micros));
  return parts.join(" ");
}

function formatHours(micros: bigint): string {
  const ticks = micros < 0n ? -micros : micros;
  const seconds = ticks / PER_SECOND;
  const clock = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map((part) => pad(Number(part), 2));
  const fraction = pad(Number(ticks % PER_SECOND), 6).replace(/0+$/, "");
  return `${micros < 0n ? "-" : ""}${clock.join(":")}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Printable ASCII as it is, every other byte as `\xAA`. */
function formatBlob(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("latin1")
    .replaceAll(
      /[^ -~]|["'\\]/g,
      (character) => `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    );
}
