import type { ColumnData } from "@osiris/core";
import type { Row, Shape } from "./shapes.ts";

/** What `appendColumns` takes at a time. */
const ROWS = 2048;

/** Rows as columns of memory, of which the first is the key. */
export type Batch = readonly [{ readonly values: Int32Array<ArrayBuffer> }, ...ColumnData[]];

/** The rows, as a driver of a binary protocol would have them. */
export function makeBatches(shape: Shape, rows: readonly Row[]): readonly Batch[] {
  const batches: Batch[] = [];
  for (let start = 0; start + ROWS <= rows.length; start += ROWS) {
    const [, ...others] = shape.columns;
    const part = rows.slice(start, start + ROWS);
    batches.push([
      { values: new Int32Array(ROWS) },
      ...others.map(({ name, type }) =>
        memoryOf(
          type,
          part.map((row) => row[name]),
        ),
      ),
    ]);
  }
  return batches;
}

/** Appends `count` rows, of which each has a key of its own. */
export function appendBatches(
  batches: readonly Batch[],
  count: number,
  append: (rows: number, batch: Batch) => void,
): void {
  for (let first = 0; first < count; first += ROWS) {
    const batch = batches[(first / ROWS) % batches.length] as Batch;
    const rows = Math.min(ROWS, count - first);
    for (let row = 0; row < rows; row++) batch[0].values[row] = first + row;
    append(rows, batch);
  }
}

function memoryOf(type: string, cells: readonly Row[string][]): ColumnData {
  if (type === "INTEGER") return { values: Int32Array.from(cells as number[]) };
  if (type === "DOUBLE") return { values: Float64Array.from(cells as number[]) };
  const texts = cells as readonly string[];
  if (type === "DATE") return { values: Int32Array.from(texts, (text) => Date.parse(text) / 86_400_000) };
  if (type === "TIMESTAMP")
    return { values: BigInt64Array.from(texts, (text) => BigInt(Date.parse(`${text}Z`)) * 1000n) };
  if (type.startsWith("DECIMAL"))
    return { values: BigInt64Array.from(texts, (text) => BigInt(text.replace(".", ""))) };
  return bytesOf(texts.map((text) => Buffer.from(text)));
}

function bytesOf(texts: readonly Uint8Array[]): ColumnData {
  const offsets = new Uint32Array(texts.length + 1);
  texts.forEach((text, row) => (offsets[row + 1] = (offsets[row] ?? 0) + text.length));
  return { bytes: new Uint8Array(Buffer.concat(texts)), offsets };
}
