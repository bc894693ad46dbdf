import { DuckDBTypeId, type DuckDBDecimalType, type DuckDBType } from "@duckdb/node-api";
import type { Column } from "../../contract.ts";
import { OsirisError } from "../../errors.ts";
import { isJson } from "../column-buffers/texts.ts";
import { decimalBytes } from "../formats/decimal.ts";
import { Misfit } from "../formats/misfit.ts";
import * as temporal from "../formats/temporal.ts";
import { anyBytes, BytesCopy, checkUtf8, forEachValue, textOf, type Pieces } from "./bytes-copy.ts";
import type { ColumnCopy } from "./column-copy.ts";
import { FixedCopy, RangeCopy } from "./fixed-copy.ts";

/**
 * What takes the memory of one of a writer's columns. `type` is DuckDB's reading of the column's type. Types are refused whose
 * memory could not be checked: one wrong number in an ENUM or a nested value makes DuckDB read what is not there.
 */
// oxlint-disable-next-line complexity -- a table of types, as long as DuckDB's
export function createCopy(column: Column, type: DuckDBType): ColumnCopy {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the rest is refused
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return new RangeCopy({ type: "BOOLEAN", expected: "a byte, 0 or 1", bytes: 1, least: 0n, most: 1n });
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.UTINYINT:
      return new FixedCopy(1);
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.USMALLINT:
      return new FixedCopy(2);
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.FLOAT:
      return new FixedCopy(4);
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.DOUBLE:
      return new FixedCopy(8);
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UHUGEINT:
    case DuckDBTypeId.UUID:
    case DuckDBTypeId.INTERVAL:
      return new FixedCopy(16);
    case DuckDBTypeId.DECIMAL:
      return decimalCopy(type);
    case DuckDBTypeId.VARCHAR:
      return new BytesCopy(type.alias === "JSON" ? checkJson : (pieces) => checkUtf8(pieces, "VARCHAR"));
    case DuckDBTypeId.BLOB:
      return new BytesCopy(anyBytes);
    case DuckDBTypeId.DATE:
      return dateCopy();
    case DuckDBTypeId.TIME:
      return timeCopy(temporal.TIME);
    case DuckDBTypeId.TIME_NS:
      return timeCopy(temporal.TIME_NS);
    case DuckDBTypeId.TIMESTAMP:
      return timestampCopy(temporal.TIMESTAMP);
    case DuckDBTypeId.TIMESTAMP_S:
      return timestampCopy(temporal.TIMESTAMP_S);
    case DuckDBTypeId.TIMESTAMP_MS:
      return timestampCopy(temporal.TIMESTAMP_MS);
    case DuckDBTypeId.TIMESTAMP_NS:
      return timestampCopy(temporal.TIMESTAMP_NS);
    case DuckDBTypeId.TIMESTAMP_TZ:
      return timestampCopy(temporal.TIMESTAMPTZ);
    default:
      throw notFromMemory(column);
  }
}

function decimalCopy({ width, scale }: DuckDBDecimalType): ColumnCopy {
  const most = 10n ** BigInt(width) - 1n;
  return new RangeCopy({
    type: `DECIMAL(${width},${scale})`,
    expected: `an unscaled number of at most ${width} digits`,
    bytes: decimalBytes(width),
    least: -most,
    most,
  });
}

function dateCopy(): ColumnCopy {
  const most = BigInt(temporal.INFINITE_DAYS);
  return new RangeCopy({
    type: "DATE",
    expected: "days since 1970-01-01 that DuckDB has",
    bytes: 4,
    least: -most,
    most,
  });
}

function timeCopy({ type, least, most }: temporal.TimeUnit): ColumnCopy {
  return new RangeCopy({ type, expected: "a time from 00:00:00 to 24:00:00", bytes: 8, least, most });
}

function timestampCopy({ type, least, most }: temporal.TimeUnit): ColumnCopy {
  return new RangeCopy({
    type,
    expected: "an instant that the type reaches",
    bytes: 8,
    least,
    most,
    also: [temporal.INFINITE_TICKS, -temporal.INFINITE_TICKS],
  });
}

/** DuckDB checks JSON only where it casts to it, so it is checked here. */
function checkJson(pieces: Pieces): void {
  checkUtf8(pieces, "JSON");
  forEachValue(pieces, (value, row) => {
    const text = textOf(value);
    if (!isJson(text)) throw new Misfit(text, "JSON", "valid JSON text").atRow(row);
  });
}

function notFromMemory({ name, type }: Column): OsirisError {
  return new OsirisError({
    code: "table.unsupported_type",
    category: "data",
    message: `Column "${name}": appendColumns does not take values of type ${type}`,
    hint: "Append the table's rows with append, or make the column one of text and cast it in SQL.",
  });
}
