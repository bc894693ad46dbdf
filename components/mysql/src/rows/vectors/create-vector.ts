import type { SourceColumn } from "../../types/source-column.ts";
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

/** The vector for a column's values. */
export function createVector(column: SourceColumn, capacity: number, noDate: NoDate): Vector {
  const unsigned = column.type.startsWith("U");
  switch (column.format) {
    case "int1":
      return int1Vector(capacity, unsigned);
    case "int2":
      return int2Vector(capacity, unsigned);
    case "int4":
      return int4Vector(capacity, unsigned);
    case "int8":
      return int8Vector(capacity, unsigned);
    case "boolean":
      return booleanVector(capacity);
    case "float":
      return floatVector(capacity);
    case "double":
      return doubleVector(capacity);
    case "decimal":
      return decimalVector(capacity, ...decimalShape(column.type));
    case "bit":
      return bitVector(capacity);
    case "date":
      return dateVector(capacity, noDate);
    case "datetime":
      return datetimeVector(capacity, noDate);
    case "time":
      return timeVector(capacity);
    case "date_text":
      return dateTextVector(capacity, { time: false, decimals: 0 });
    case "datetime_text":
      return dateTextVector(capacity, { time: true, decimals: column.decimals });
    case "text":
      return lengthCodedVector(capacity, "utf8");
    case "blob":
      return lengthCodedVector(capacity, "hex");
    case "uuid":
      return uuidVector(capacity);
    case "geometry":
      return geometryVector(capacity);
    case "null":
      return nullVector(capacity);
  }
}

function decimalShape(type: string): [width: number, scale: number] {
  const [, width, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? [];
  return [Number(width), Number(scale)];
}
