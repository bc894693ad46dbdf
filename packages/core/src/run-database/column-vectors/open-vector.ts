import { DuckDBTypeId, type DuckDBEnumType, type DuckDBType } from "@duckdb/node-api";
import { bytesToBignum } from "../formats/bignum.ts";
import { bytesToBits } from "../formats/bits.ts";
import { formatDecimal } from "../formats/decimal.ts";
import { enumBytes } from "../formats/enum-bytes.ts";
import { unsupportedType } from "../formats/misfit.ts";
import { formatTimeWithZone } from "../formats/time-with-zone.ts";
import { typeText } from "../formats/type-text.ts";
import { formatUuid } from "../formats/uuid.ts";
import { binaryVector, textVector } from "./bytes-vectors.ts";
import {
  codedVector,
  decimal64Vector,
  hugeVector,
  intervalVector,
  nullVector,
  plainVector,
} from "./fixed-vectors.ts";
import { arrayVector, listVector, mapVector, structVector, unionVector } from "./nested-vectors.ts";
import type { OpenVector } from "./read-cell.ts";

/** How vectors of a column's type are read. */
export function openerOf(column: string, type: DuckDBType): OpenVector {
  // oxlint-disable-next-line complexity -- a table of all types, as long as DuckDB's
  const opener = (part: DuckDBType): OpenVector => {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the rest has no form
    switch (part.typeId) {
      case DuckDBTypeId.BOOLEAN:
        return codedVector(Uint8Array, (stored) => stored !== 0);
      case DuckDBTypeId.TINYINT:
        return plainVector(Int8Array);
      case DuckDBTypeId.SMALLINT:
        return plainVector(Int16Array);
      case DuckDBTypeId.INTEGER:
      case DuckDBTypeId.DATE:
        return plainVector(Int32Array);
      case DuckDBTypeId.UTINYINT:
        return plainVector(Uint8Array);
      case DuckDBTypeId.USMALLINT:
        return plainVector(Uint16Array);
      case DuckDBTypeId.UINTEGER:
        return plainVector(Uint32Array);
      case DuckDBTypeId.BIGINT:
      case DuckDBTypeId.TIME:
      case DuckDBTypeId.TIME_NS:
      case DuckDBTypeId.TIMESTAMP:
      case DuckDBTypeId.TIMESTAMP_S:
      case DuckDBTypeId.TIMESTAMP_MS:
      case DuckDBTypeId.TIMESTAMP_NS:
      case DuckDBTypeId.TIMESTAMP_TZ:
        return plainVector(BigInt64Array);
      case DuckDBTypeId.UBIGINT:
        return plainVector(BigUint64Array);
      case DuckDBTypeId.HUGEINT:
        return hugeVector(BigInt64Array);
      case DuckDBTypeId.UHUGEINT:
        return hugeVector(BigUint64Array);
      case DuckDBTypeId.UUID:
        return hugeVector(BigInt64Array, formatUuid);
      case DuckDBTypeId.FLOAT:
        return plainVector(Float32Array);
      case DuckDBTypeId.DOUBLE:
        return plainVector(Float64Array);
      case DuckDBTypeId.DECIMAL:
        return decimalVector(part.width, part.scale);
      case DuckDBTypeId.TIME_TZ:
        return codedVector(BigUint64Array, formatTimeWithZone);
      case DuckDBTypeId.INTERVAL:
        return intervalVector;
      case DuckDBTypeId.ENUM:
        return enumVector(part);
      case DuckDBTypeId.VARCHAR:
        return textVector;
      case DuckDBTypeId.BLOB:
        return binaryVector((bytes) => bytes);
      case DuckDBTypeId.BIT:
        return binaryVector(bytesToBits);
      case DuckDBTypeId.BIGNUM:
        return binaryVector(bytesToBignum);
      case DuckDBTypeId.SQLNULL:
        return nullVector;
      case DuckDBTypeId.LIST:
        return listVector(opener(part.valueType));
      case DuckDBTypeId.ARRAY:
        return arrayVector(opener(part.valueType), part.length);
      case DuckDBTypeId.STRUCT:
        return structVector(part.entryNames, part.entryTypes.map(opener));
      case DuckDBTypeId.MAP:
        return mapVector(opener(part.keyType), opener(part.valueType));
      case DuckDBTypeId.UNION:
        return unionVector(part.memberTags, plainVector(Uint8Array), part.memberTypes.map(opener));
      default:
        throw unsupportedType(column, typeText(type));
    }
  };
  return opener(type);
}

/** DuckDB stores a decimal as the smallest integer that holds its width. */
function decimalVector(width: number, scale: number): OpenVector {
  const decode = (stored: number | bigint): string => formatDecimal(stored, scale);
  if (width <= 4) return codedVector(Int16Array, decode);
  if (width <= 9) return codedVector(Int32Array, decode);
  return width <= 18 ? decimal64Vector(scale) : hugeVector(BigInt64Array, decode);
}

function enumVector({ values, internalTypeId }: DuckDBEnumType): OpenVector {
  const arrays = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;
  return codedVector(arrays[enumBytes(internalTypeId)], (place) => values[place] as string);
}
