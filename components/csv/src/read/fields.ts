import type { CsvDialect } from "./dialect.ts";

/** One field of a record: `[from, to)`, quotes included. */
export interface FieldRange {
  readonly from: number;
  readonly to: number;
}

/** The fields of a record that the scanner has found good. */
export function fieldsOf(
  bytes: Buffer,
  from: number,
  to: number,
  { delimiter, quote }: CsvDialect,
): readonly FieldRange[] {
  const fields: FieldRange[] = [];
  let at = from;
  for (;;) {
    const start = at;
    if (at < to && bytes[at] === quote) at = afterQuotes(bytes, at, to, quote);
    else while (at < to && bytes[at] !== delimiter) at += 1;
    fields.push({ from: start, to: at });
    if (at >= to) return fields;
    at += 1;
  }
}

function afterQuotes(bytes: Buffer, from: number, to: number, quote: number): number {
  let at = from + 1;
  while (at < to) {
    if (bytes[at] !== quote) at += 1;
    else if (at + 1 < to && bytes[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return to;
}

/** The text of a field, its quotes taken off. */
export function fieldText(bytes: Buffer, from: number, to: number, quote: number): string {
  if (from === to || bytes[from] !== quote) return bytes.toString("utf8", from, to);
  const character = String.fromCharCode(quote);
  return bytes.toString("utf8", from + 1, to - 1).replaceAll(character + character, character);
}
