import { DuckDBTypeId, type DuckDBEnumType, type DuckDBType } from "@duckdb/node-api";
import type { Column } from "../../contract.ts";
import { decimalBytes, parseDecimal } from "../formats/decimal.ts";
import { enumBytes } from "../formats/enum-bytes.ts";
import { Misfit, unsupportedType } from "../formats/misfit.ts";
import * as temporal from "../formats/temporal.ts";
import { typeText } from "../formats/type-text.ts";
import { parseUuid } from "../formats/uuid.ts";
import type { ColumnBuffer, Tally } from "./column-buffer.ts";
import { FixedListBuffer, ListBuffer, MapBuffer, StructBuffer, UnionBuffer } from "./nested.ts";
import {
  bigIntegerBuffer,
  booleanBuffer,
  doubleBuffer,
  floatBuffer,
  integerCodedBuffer,
  smallIntegerBuffer,
} from "./numbers.ts";
import { bignumBuffer, bitBuffer, blobBuffer, jsonBuffer, textBuffer } from "./texts.ts";
import { dateBuffer, intervalBuffer, timeBuffer, timestampBuffer, timeWithZoneBuffer } from "./times.ts";

/** The buffer of one of a writer's columns. `type` is DuckDB's reading of the column's type. */
export function createBuffer(column: Column, type: DuckDBType, tally: Tally): ColumnBuffer {
  // oxlint-disable-next-line complexity -- a table of all types, as long as DuckDB's
  const bufferOf = (type: DuckDBType): ColumnBuffer => {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the rest has no form
    switch (type.typeId) {
      case DuckDBTypeId.BOOLEAN:
        return booleanBuffer();
      case DuckDBTypeId.TINYINT:
        return smallIntegerBuffer("TINYINT", "int8");
      case DuckDBTypeId.SMALLINT:
        return smallIntegerBuffer("SMALLINT", "int16");
      case DuckDBTypeId.INTEGER:
        return smallIntegerBuffer("INTEGER", "int32");
      case DuckDBTypeId.UTINYINT:
        return smallIntegerBuffer("UTINYINT", "uint8");
      case DuckDBTypeId.USMALLINT:
        return smallIntegerBuffer("USMALLINT", "uint16");
      case DuckDBTypeId.UINTEGER:
        return smallIntegerBuffer("UINTEGER", "uint32");
      case DuckDBTypeId.BIGINT:
        return bigIntegerBuffer("BIGINT", 8, -(2n ** 63n), 2n ** 63n - 1n);
      case DuckDBTypeId.UBIGINT:
        return bigIntegerBuffer("UBIGINT", 8, 0n, 2n ** 64n - 1n);
      case DuckDBTypeId.HUGEINT:
        return bigIntegerBuffer("HUGEINT", 16, -(2n ** 127n), 2n ** 127n - 1n);
      case DuckDBTypeId.UHUGEINT:
        return bigIntegerBuffer("UHUGEINT", 16, 0n, 2n ** 128n - 1n);
      case DuckDBTypeId.BIGNUM:
        return bignumBuffer(tally);
      case DuckDBTypeId.FLOAT:
        return floatBuffer();
      case DuckDBTypeId.DOUBLE:
        return doubleBuffer();
      case DuckDBTypeId.DECIMAL:
        return decimalBuffer(type.width, type.scale);
      case DuckDBTypeId.VARCHAR:
        return type.alias === "JSON" ? jsonBuffer(tally) : textBuffer(tally);
      case DuckDBTypeId.BLOB:
        return blobBuffer(tally);
      case DuckDBTypeId.BIT:
        return bitBuffer(tally);
      case DuckDBTypeId.DATE:
        return dateBuffer();
      case DuckDBTypeId.TIME:
        return timeBuffer(temporal.TIME);
      case DuckDBTypeId.TIME_NS:
        return timeBuffer(temporal.TIME_NS);
      case DuckDBTypeId.TIME_TZ:
        return timeWithZoneBuffer();
      case DuckDBTypeId.TIMESTAMP:
        return timestampBuffer(temporal.TIMESTAMP);
      case DuckDBTypeId.TIMESTAMP_S:
        return timestampBuffer(temporal.TIMESTAMP_S);
      case DuckDBTypeId.TIMESTAMP_MS:
        return timestampBuffer(temporal.TIMESTAMP_MS);
      case DuckDBTypeId.TIMESTAMP_NS:
        return timestampBuffer(temporal.TIMESTAMP_NS);
      case DuckDBTypeId.TIMESTAMP_TZ:
        return timestampBuffer(temporal.TIMESTAMPTZ);
      case DuckDBTypeId.INTERVAL:
        return intervalBuffer();
      case DuckDBTypeId.UUID:
        return uuidBuffer();
      case DuckDBTypeId.ENUM:
        return enumBuffer(type);
      case DuckDBTypeId.LIST:
        return new ListBuffer(typeText(type), bufferOf(type.valueType), tally);
      case DuckDBTypeId.ARRAY:
        return new FixedListBuffer(typeText(type), bufferOf(type.valueType), type.length, tally);
      case DuckDBTypeId.STRUCT:
        return new StructBuffer(typeText(type), type.entryNames, type.entryTypes.map(bufferOf));
      case DuckDBTypeId.MAP:
        return new MapBuffer(typeText(type), bufferOf(type.keyType), bufferOf(type.valueType), tally);
      case DuckDBTypeId.UNION: {
        const tags = smallIntegerBuffer("UTINYINT", "uint8");
        return new UnionBuffer(typeText(type), type.memberTags, tags, type.memberTypes.map(bufferOf));
      }
      default:
        throw unsupportedType(column.name, column.type);
    }
  };
  return bufferOf(type);
}

function decimalBuffer(width: number, scale: number): ColumnBuffer {
  return integerCodedBuffer(decimalBytes(width), (value) => {
    if (typeof value === "string") return parseDecimal(value, width, scale);
    throw new Misfit(value, `DECIMAL(${width},${scale})`, 'decimal text such as "12.50"');
  });
}

function uuidBuffer(): ColumnBuffer {
  return integerCodedBuffer(16, (value) => {
    if (typeof value === "string") return parseUuid(value);
    throw new Misfit(value, "UUID", "a string");
  });
}

/** DuckDB stores the place in the list of names, in as few bytes as the list needs. */
function enumBuffer({ values: names, internalTypeId }: DuckDBEnumType): ColumnBuffer {
  const places = new Map(names.map((name, place) => [name, place]));
  return integerCodedBuffer(enumBytes(internalTypeId), (value) => {
    const place = typeof value === "string" ? places.get(value) : undefined;
    if (place !== undefined) return place;
    const some = names.slice(0, 10).map((name) => JSON.stringify(name));
    throw new Misfit(value, "ENUM", `one of ${some.join(", ")}${names.length > 10 ? ", …" : ""}`);
  });
}
