import type { Cell, ColumnData } from "../src/index.ts";

/** What lies in the memory of a NULL: bytes that are no UTF-8, no date, no decimal and no boolean. */
const RUBBISH = 0xfe;

/**
 * Cells, in the form that the reader gives, as a driver would have them in memory; undefined for types that appendColumns
 * does not take.
 */
export function columnMemory(type: string, cells: readonly Cell[]): ColumnData | undefined {
  const valid = validBits(cells);
  const encode = encoderOf(type);
  if (encode === undefined) return undefined;
  const parts = cells.map((cell) => (cell === null ? undefined : encode(cell)));
  const width = parts.find((part) => part !== undefined)?.length ?? 16;
  if (isBytes(type)) return bytesMemory(parts, valid);
  const values = new Uint8Array(cells.length * width).fill(RUBBISH);
  parts.forEach((part, row) => part !== undefined && values.set(part, row * width));
  return { values, ...valid };
}

export function bytesMemory(
  parts: readonly (Uint8Array | undefined)[],
  valid: { readonly valid?: Uint8Array<ArrayBuffer> } = {},
): ColumnData {
  const pieces = parts.map((part) => part ?? Buffer.from([RUBBISH, RUBBISH]));
  const offsets = new Uint32Array(parts.length + 1);
  pieces.forEach((piece, row) => (offsets[row + 1] = (offsets[row] ?? 0) + piece.length));
  return { bytes: new Uint8Array(Buffer.concat(pieces)), offsets, ...valid };
}

function validBits(cells: readonly Cell[]): { readonly valid?: Uint8Array<ArrayBuffer> } {
  if (!cells.includes(null)) return {};
  const valid = new Uint8Array(Math.ceil(cells.length / 8));
  cells.forEach(
    (cell, row) => (valid[row >> 3] = (valid[row >> 3] ?? 0) | (cell === null ? 0 : 1 << (row & 7))),
  );
  return { valid };
}

function isBytes(type: string): boolean {
  return type === "VARCHAR" || type === "JSON" || type === "BLOB";
}

type Encode = (cell: Cell) => Uint8Array;

const whole =
  (bytes: number): Encode =>
  (cell) =>
    little(BigInt(cell as number | bigint), bytes);

const FLOATS: Readonly<Record<string, (value: number) => ArrayBufferView>> = {
  FLOAT: (value) => Float32Array.of(value),
  DOUBLE: (value) => Float64Array.of(value),
};

const BYTES: Readonly<Record<string, number>> = {
  BOOLEAN: 1,
  TINYINT: 1,
  UTINYINT: 1,
  SMALLINT: 2,
  USMALLINT: 2,
  INTEGER: 4,
  UINTEGER: 4,
  DATE: 4,
  BIGINT: 8,
  UBIGINT: 8,
  TIME: 8,
  TIME_NS: 8,
  TIMESTAMP: 8,
  TIMESTAMP_S: 8,
  TIMESTAMP_MS: 8,
  TIMESTAMP_NS: 8,
  "TIMESTAMP WITH TIME ZONE": 8,
  HUGEINT: 16,
  UHUGEINT: 16,
};

function encoderOf(type: string): Encode | undefined {
  if (type === "VARCHAR" || type === "JSON") return (cell) => Buffer.from(cell as string);
  if (type === "BLOB") return (cell) => cell as Uint8Array;
  if (type === "UUID") return (cell) => uuid(cell as string);
  if (type === "INTERVAL")
    return (cell) => interval(cell as { months: number; days: number; micros: bigint });
  const float = FLOATS[type];
  if (float !== undefined) return (cell) => new Uint8Array(float(cell as number).buffer as ArrayBuffer);
  const { width, list } = /^DECIMAL\((?<width>\d+),\d+\)(?<list>.*)$/.exec(type)?.groups ?? {};
  if (width !== undefined && list === "") return decimal(Number(width));
  const bytes = BYTES[type];
  return bytes === undefined ? undefined : whole(bytes);
}

function decimal(width: number): Encode {
  const bytes = [2, 4, 8, 16][[4, 9, 18, 38].findIndex((most) => width <= most)] ?? 0;
  return (cell) => little(BigInt((cell as string).replace(".", "")), bytes);
}

function uuid(text: string): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(text.replaceAll("-", ""), "hex").toReversed());
  bytes[15] = (bytes[15] ?? 0) ^ 0x80;
  return bytes;
}

function interval({ months, days, micros }: { months: number; days: number; micros: bigint }): Uint8Array {
  return Buffer.concat([little(BigInt(months), 4), little(BigInt(days), 4), little(micros, 8)]);
}

function little(value: bigint, bytes: number): Uint8Array {
  let rest = value;
  return Uint8Array.from({ length: bytes }, () => {
    const byte = Number(BigInt.asUintN(8, rest));
    rest >>= 8n;
    return byte;
  });
}
