/** A type whose values the server can be asked to compare, exactly, with one that was read before. */
export interface OrderedType {
  readonly kind: "integer" | "decimal" | "date" | "datetime" | "text" | "bytes";
  /** SQL with a question mark for the value as text (bytes: as hexadecimal digits): of the column's own type, so that the server uses an index. */
  readonly bound: string;
  /** Whole numbers that cannot be below 0. */
  readonly unsigned: boolean;
  /** Digits behind the point of a decimal. */
  readonly decimals: number;
}

/**
 * @param type as the server's catalog spells it: `bigint(20) unsigned`, `decimal(12,2)`
 * @returns undefined for types whose order is not that of their values: ENUM sorts by number and compares by name, FLOAT and
 * DOUBLE are not exactly what their text says
 */
export function orderedType(type: string): OrderedType | undefined {
  const [, name = "", size = ""] = /^(\w+)(?:\(([\d,]+)\))?/.exec(type.toLowerCase()) ?? [];
  const unsigned = /\bunsigned\b/i.test(type);
  const own = (kind: OrderedType["kind"], bound: string): OrderedType => ({
    kind,
    bound,
    unsigned,
    decimals: kind === "decimal" ? Number(size.split(",")[1] ?? 0) : 0,
  });
  switch (name) {
    case "tinyint":
    case "smallint":
    case "mediumint":
    case "int":
    case "bigint":
    case "year":
      return own("integer", unsigned ? "CAST(? AS UNSIGNED)" : "CAST(? AS SIGNED)");
    case "decimal":
      return own("decimal", `CAST(? AS DECIMAL(${size}))`);
    case "date":
      return own("date", "CAST(? AS DATE)");
    case "datetime":
    case "timestamp":
      return own("datetime", "CAST(? AS DATETIME(6))");
    case "char":
    case "varchar":
      return own("text", "?");
    case "binary":
    case "varbinary":
      return own("bytes", "UNHEX(?)");
    default:
      return undefined;
  }
}
