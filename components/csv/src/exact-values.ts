import { quoteIdentifier, quoteLiteral } from "@osiris/core";

/**
 * The spellings that a type takes without loss. DuckDB's own casts are more generous: INTEGER rounds 1.5 to 2, DATE
 * drops a time, TIMESTAMP drops an offset, DOUBLE turns 1e400 into infinity (seen with 1.5.5).
 */
const TIME = String.raw`\d{1,2}:\d{2}(:\d{2}(\.\d{1,6}0*)?)?`;
const DATE = String.raw`\d{4,}-\d{1,2}-\d{1,2}`;
const SECONDS = String.raw`\d{1,2}:\d{2}:\d{2}(\.\d{1,6}0*)?`;
const ZONE = String.raw`(Z|[+-](0\d|1[0-5])(:[0-5]\d)?)`;
const INTEGER = String.raw`\s*[+-]?\d+(\.0*)?\s*`;
const FINITE = String.raw`\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*`;
const NOT_FINITE = String.raw`\s*([+-]?[iI][nN][fF]([iI][nN][iI][tT][yY])?|[nN][aA][nN])\s*`;
const SPELLINGS: Readonly<Record<string, string>> = {
  DATE,
  TIME,
  TIMESTAMP: `${DATE}([ T]${TIME})?`,
  TIMESTAMPTZ: `${DATE}[ T]${SECONDS}${ZONE}`,
  FLOAT: `${FINITE}|${NOT_FINITE}`,
  DOUBLE: `${FINITE}|${NOT_FINITE}`,
};

/** A regular expression (for all of a value) for the spellings a type takes; undefined when it takes any. */
export function exactSpelling(type: string): string | undefined {
  const scale = /^DECIMAL\(\d+, ?(\d+)\)$/.exec(type)?.[1];
  if (scale !== undefined) {
    return String.raw`\s*[+-]?(\d+(\.\d{0,${scale}}0*)?|\.\d{1,${Math.max(1, Number(scale))}}0*)\s*`;
  }
  return /INT(EGER)?$/.test(type) ? INTEGER : SPELLINGS[type];
}

/** SQL that is true for a text which the type would change; undefined when it changes none. */
export function inexactTest(column: string, type: string): string | undefined {
  const spelling = exactSpelling(type);
  if (spelling === undefined) return undefined;
  const name = quoteIdentifier(column);
  const misspelt = `NOT regexp_full_match(${name}, ${quoteLiteral(spelling)})`;
  // Its CSV reader makes NULL of what its cast refuses.
  if (type === "TIMESTAMPTZ")
    return `${misspelt} OR (${name} IS NOT NULL AND TRY_CAST(${name} AS ${type}) IS NULL)`;
  if (type !== "FLOAT" && type !== "DOUBLE") return misspelt;
  const overflows = `isinf(TRY_CAST(${name} AS ${type})) AND regexp_full_match(${name}, ${quoteLiteral(FINITE)})`;
  return `${misspelt} OR (${overflows})`;
}
