import { cellText, parseExactly } from "./exact-json.ts";
import type { RejectedRow } from "./reject-rows.ts";

/** Writes rejects one after another: what comes before all of them, each with what stands between, and the end. */
export interface RejectFormat {
  readonly start: string;
  /** `index` counts from 0. */
  line(reject: RejectedRow, index: number): string;
  readonly end: string;
}

/** What is known of a rejected row beside the row: names that none of its fields has. */
interface Names {
  readonly row: string;
  readonly reason: string;
  readonly source: string;
  readonly line: string;
}

/** A row's own fields first, then `_reason`, `_source` and `_line`. A row that is no object is the field `_row`. */
export function jsonLines(fields: readonly string[]): RejectFormat {
  const names = namesBeside(fields);
  return { start: "", line: (reject) => `${jsonOf(reject, names)}\n`, end: "" };
}

/** The same objects as one document. */
export function jsonArray(fields: readonly string[]): RejectFormat {
  const names = namesBeside(fields);
  return {
    start: "[",
    line: (reject, index) => `${index === 0 ? "" : ","}\n${jsonOf(reject, names)}`,
    end: "\n]\n",
  };
}

/** A column for each field that a row has, as texts: objects and arrays as JSON, null as nothing. */
export function csv(fields: readonly string[], hasOthers: boolean): RejectFormat {
  const names = namesBeside(fields);
  const header = [...fields, ...(hasOthers ? [names.row] : []), names.reason, names.source, names.line];
  return {
    start: record(header),
    line: ({ row, reason, source, line }) => {
      const value = parseExactly(row);
      const object = isObject(row) ? (value as Readonly<Record<string, unknown>>) : {};
      const own = fields.map((field) => (Object.hasOwn(object, field) ? cellText(object[field]) : ""));
      const other = hasOthers ? [isObject(row) ? "" : cellText(value)] : [];
      return record([...own, ...other, reason, source ?? "", line === null ? "" : String(line)]);
    },
    end: "",
  };
}

/** Of JSON as `JSON.stringify` writes it. */
function isObject(row: string): boolean {
  return row.startsWith("{");
}

function namesBeside(fields: readonly string[]): Names {
  let prefix = "_";
  const taken = new Set(fields);
  while (["row", "reason", "source", "line"].some((name) => taken.has(prefix + name))) prefix += "_";
  return { row: `${prefix}row`, reason: `${prefix}reason`, source: `${prefix}source`, line: `${prefix}line` };
}

/** The row's own text is kept: no number is rounded, no key moves. */
function jsonOf({ row, reason, source, line }: RejectedRow, names: Names): string {
  const inner = isObject(row) ? row.slice(1, -1).trim() : `${JSON.stringify(names.row)}:${row}`;
  const place = line === null ? "null" : String(line);
  const beside = [
    [names.reason, JSON.stringify(reason)],
    [names.source, JSON.stringify(source)],
    [names.line, place],
  ].map(([name, value]) => `${JSON.stringify(name)}:${value}`);
  return `{${[...(inner === "" ? [] : [inner]), ...beside].join(",")}}`;
}

function record(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\n`;
}
