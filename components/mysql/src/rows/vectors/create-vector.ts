import type { SourceColumn } from "../../types/source-column.ts";
import type { WireFormat } from "../../types/wire-types.ts";
import { lengthCodedVector } from "./bytes.ts";
import { dateTextVector } from "./date-texts.ts";
import { decimalVector } from "./decimals.ts";
import {
  bitVector,
  booleanVector,
  doubleVector,
  floatVector,
  int1Vector,
  int2Vector,
  int4Vector,
  int8Vector,
} from "./fixed.ts";
import { geometryVector, nullVector, uuidVector } from "./special.ts";
import { datetimeVector, dateVector, timeVector, type NoDate } from "./times.ts";
import type { Vector } from "./vector.ts";

type CreateVector = (capacity: number, column: SourceColumn, noDate: NoDate) => Vector;

const VECTORS: Readonly<Record<WireFormat, CreateVector>> = {
  int1: (capacity, column) => int1Vector(capacity, isUnsigned(column)),
  int2: (capacity, column) => int2Vector(capacity, isUnsigned(column)),
  int4: (capacity, column) => int4Vector(capacity, isUnsigned(column)),
  int8: (capacity, column) => int8Vector(capacity, isUnsigned(column)),
  boolean: booleanVector,
  float: floatVector,
  double: doubleVector,
  decimal: (capacity, { type }) => decimalVector(capacity, ...decimalShape(type)),
  bit: bitVector,
  date: (capacity, _column, noDate) => dateVector(capacity, noDate),
  datetime: (capacity, _column, noDate) => datetimeVector(capacity, noDate),
  time: timeVector,
  date_text: (capacity) => dateTextVector(capacity, { time: false, decimals: 0 }),
  datetime_text: (capacity, { decimals }) => dateTextVector(capacity, { time: true, decimals }),
  text: (capacity) => lengthCodedVector(capacity, "utf8"),
  blob: (capacity) => lengthCodedVector(capacity, "hex"),
  uuid: uuidVector,
  geometry: geometryVector,
  null: nullVector,
};

/** The vector for a column's values. */
export function createVector(column: SourceColumn, capacity: number, noDate: NoDate): Vector {
  return VECTORS[column.format](capacity, column, noDate);
}

/** DuckDB's type is, which counts: YEAR is unsigned, and a SMALLINT. */
function isUnsigned({ type }: SourceColumn): boolean {
  return type.startsWith("U");
}

function decimalShape(type: string): [width: number, scale: number] {
  const [, width, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? [];
  return [Number(width), Number(scale)];
}
