import type { Column } from "../contract.ts";
import type { JsonKey } from "./json-keys.ts";
import { quoteIdentifier, quoteLiteral } from "../identifiers.ts";
import type { StagedLayout } from "./staged-rows.ts";
import type { Kind } from "./widening.ts";

/** SQL over a staging table: what was staged of each key, and the column that it becomes. */

const SAFE = Number.MAX_SAFE_INTEGER;

/** Keys in one struct: DuckDB takes time with the square of their number to plan it. */
const STRUCT_KEYS = 500;

/** The staged rows, with the rest column's values of the given keys as structs, each value with its kind before it. */
export function stagedRows(layout: StagedLayout, keys: readonly JsonKey[]): string {
  const from = `main.${quoteIdentifier(layout.table)}`;
  if (keys.length === 0) return from;
  const structs = [...Map.groupBy(keys, structOf)].map(([struct, members]) => {
    const structure = `{${members.map(({ id }) => `"${id}":"VARCHAR"`).join(",")}}`;
    return `'${struct}': from_json(${quoteIdentifier(layout.rest)}, ${quoteLiteral(structure)})`;
  });
  return `(SELECT *, {${structs.join(", ")}} AS ${quoteIdentifier(layout.restByKey)} FROM ${from})`;
}

function structOf({ id }: JsonKey): number {
  return Math.floor(id / STRUCT_KEYS);
}

/** Rows of key id, kind, count, first row (from 0) and whether the rest column has some of these values. */
export function kindCounts(layout: StagedLayout, keys: readonly JsonKey[]): string {
  const from = `main.${quoteIdentifier(layout.table)}`;
  const rest = quoteIdentifier(layout.rest);
  const own = keys.flatMap((key) =>
    ownKinds(key).map(([kind, condition]) => {
      // CASE, because DuckDB takes seven times as long for FILTER (seen with 1.5.5).
      const row = `CASE WHEN ${condition} THEN rowid END`;
      return `{id: ${key.id}, kind: '${kind}', n: count(${row}), first: min(${row})}`;
    }),
  );
  const ownCounts = `SELECT unnest([${own.join(", ")}], recursive := true), false AS rest FROM ${from} UNION ALL`;
  return `SELECT id, kind, sum(n)::BIGINT AS n, min(first) AS first, bool_or(rest) AS in_rest FROM (
      ${own.length === 0 ? "" : ownCounts}
      SELECT entry.key::INTEGER AS id, left(entry.value, 1) AS kind, count(*) AS n, min(row) AS first, true AS rest
      FROM (SELECT rowid AS row, unnest(map_entries(from_json(${rest}, '"MAP(VARCHAR, VARCHAR)"'))) AS entry
            FROM ${from} WHERE ${rest} IS NOT NULL)
      GROUP BY ALL)
    WHERE n > 0 GROUP BY id, kind`;
}

/** The kinds of the values in a key's own column, each with the condition that a row holds such a value. */
function ownKinds({ staged }: JsonKey): readonly (readonly [kind: Kind, condition: string])[] {
  if (staged === undefined || staged.type === "declared") return [];
  const column = quoteIdentifier(staged.column);
  if (staged.type === "BIGINT") {
    return [
      ["i", `${column} BETWEEN -${SAFE} AND ${SAFE}`],
      ["l", `${column} NOT BETWEEN -${SAFE} AND ${SAFE}`],
    ];
  }
  if (staged.type === "DOUBLE") {
    return [
      ["i", isWhole(column)],
      ["d", `NOT ${isWhole(column)}`],
    ];
  }
  return [[ONLY_KIND[staged.type], `${column} IS NOT NULL`]];
}

const ONLY_KIND = { BOOLEAN: "b", VARCHAR: "s", JSON: "j" } as const;

/** One row: how many rows have members without a column, the first of them (from 0), and some of the names there. */
export function extraMembers(layout: StagedLayout, examples: number): string {
  const extra = quoteIdentifier(layout.extra);
  return `SELECT count(*) AS n, min(rowid) AS first, to_json(json_keys(arg_min(${extra}, rowid))[:${examples}])::VARCHAR AS names
    FROM main.${quoteIdentifier(layout.table)} WHERE ${extra} IS NOT NULL`;
}

/** One row for each of the names, a JSON array as parameter 1, that members without a column have. */
export function namesInExtra(layout: StagedLayout): string {
  const extra = quoteIdentifier(layout.extra);
  return `SELECT DISTINCT name FROM (SELECT unnest(json_keys(${extra})) AS name
      FROM main.${quoteIdentifier(layout.table)} WHERE ${extra} IS NOT NULL)
    WHERE name IN (SELECT unnest(from_json($1, '["VARCHAR"]')))`;
}

/** One row: the most digits that a number of the key has before and after the point; `whole` is huge for a -0. */
export function digitsOf(layout: StagedLayout, key: JsonKey): string {
  return `SELECT max(whole) AS whole, max(scale) AS scale FROM (
    SELECT CASE WHEN digits = '' THEN if(numeral LIKE '-%', ${TOO_MANY}, 1)
             ELSE greatest(1, length(digits) - zeros + shift) END AS whole,
           if(digits = '', 0, greatest(0, -shift)) AS scale
    FROM (
      SELECT numeral, digits, length(digits) - length(rtrim(digits, '0')) AS zeros,
             power - length(fraction) + zeros AS shift
      FROM (
        SELECT numeral, regexp_extract(numeral, '\\.([0-9]+)', 1) AS fraction,
               ltrim(regexp_extract(numeral, '^-?([0-9]+)', 1) || fraction, '0') AS digits,
               regexp_extract(numeral, '[eE](.+)$', 1) AS exponent,
               CASE WHEN exponent = '' THEN 0 WHEN length(exponent) > 6 THEN ${TOO_MANY} ELSE exponent::INTEGER END AS power
        FROM (SELECT ${typedValue(layout, key, "VARCHAR", true)} AS numeral FROM ${stagedRows(layout, [key])})
        WHERE numeral IS NOT NULL)))`;
}

/** More digits than any DECIMAL has. */
const TOO_MANY = 100_000;

/** True when the key's own column holds all its values in the final type, under the final name. */
export function isTyped({ declared, staged }: JsonKey, { name, type }: Column): boolean {
  const stagedAs = staged?.type === "declared" ? declared : staged?.type;
  return staged?.column === name && stagedAs === type;
}

/** The key's value in its final type. */
export function typedValue(layout: StagedLayout, key: JsonKey, type: string, hasRest: boolean): string {
  const own = key.staged && ownValue(key.staged, type);
  const rest = hasRest ? restValue(layout, key, type) : undefined;
  if (own === undefined || rest === undefined) return own ?? rest ?? `NULL::${type}`;
  return `coalesce(${own}, ${rest})`;
}

function ownValue(staged: NonNullable<JsonKey["staged"]>, type: string): string | undefined {
  const column = quoteIdentifier(staged.column);
  if (staged.type === "declared") return column;
  if (staged.type === "DOUBLE") return type === "DOUBLE" ? column : `(${doubleText(column)})::${type}`;
  if (staged.type !== "VARCHAR") return `${column}::${type}`;
  if (type === "JSON") return `to_json(${column})`;
  // It was made before a value came that is no string: nothing is in it.
  return type === "VARCHAR" ? column : undefined;
}

function restValue(layout: StagedLayout, key: JsonKey, type: string): string {
  const tagged = `${quoteIdentifier(layout.restByKey)}['${structOf(key)}']['${key.id}']`;
  const text = `substr(${tagged}, 2)`;
  if (type !== "JSON") return `${text}::${type}`;
  return `CASE WHEN starts_with(${tagged}, 's') THEN to_json(${text}) ELSE ${text}::JSON END`;
}

/** JSON has one spelling for a whole number; DuckDB's text of a double would add `.0`. */
function doubleText(column: string): string {
  return `if(${isWhole(column)}, ${column}::BIGINT::VARCHAR, ${column}::VARCHAR)`;
}

function isWhole(column: string): string {
  return `(abs(${column}) <= ${SAFE} AND ${column} = trunc(${column}) AND NOT (${column} = 0 AND signbit(${column})))`;
}
