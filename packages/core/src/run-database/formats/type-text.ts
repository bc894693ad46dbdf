import { DuckDBTypeId, type DuckDBType } from "@duckdb/node-api";
import { quoteIdentifier } from "../../identifiers.ts";

/** A type as DuckDB takes it in SQL. The client library would call JSON a VARCHAR, in nested types too. */
export function typeText(type: DuckDBType): string {
  const members = (names: readonly string[], types: readonly DuckDBType[]): string =>
    types.map((member, index) => `${quoteIdentifier(names[index] ?? "")} ${typeText(member)}`).join(", ");
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- the rest has no parts
  switch (type.typeId) {
    case DuckDBTypeId.VARCHAR:
      return type.alias ?? "VARCHAR";
    case DuckDBTypeId.LIST:
      return `${typeText(type.valueType)}[]`;
    case DuckDBTypeId.ARRAY:
      return `${typeText(type.valueType)}[${type.length}]`;
    case DuckDBTypeId.STRUCT:
      return `STRUCT(${members(type.entryNames, type.entryTypes)})`;
    case DuckDBTypeId.UNION:
      return `UNION(${members(type.memberTags, type.memberTypes)})`;
    case DuckDBTypeId.MAP:
      return `MAP(${typeText(type.keyType)}, ${typeText(type.valueType)})`;
    default:
      return String(type);
  }
}
