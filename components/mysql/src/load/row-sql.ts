import { quoteIdentifier, quoteLiteral } from "@osiris/core";
import { quoteName, quoteTable } from "../names.ts";
import type { Load } from "./load-rows.ts";
import { valueSql, type ValueForm, type ValueSql } from "./value-sql.ts";

/** The SQL of both sides for one load. */
export interface RowSql {
  /** DuckDB's SELECT of one column: each row as a line of LOAD DATA, without its end; NULL for a row with a refusal. */
  readonly lines: string;
  /** The statement for {@link lines}. `charset` is that of the lines' text. */
  loadData(charset: string): string;
  /**
   * DuckDB's SELECT of each row as `(value, …)` of an INSERT, or NULL for a row with a refusal. `asJson` adds the row as JSON, of
   * texts where JSON's numbers would not do.
   */
  tuples(asJson: boolean): string;
  /** What stands before the tuples. */
  readonly insert: string;
  /** DuckDB's SELECT of what is refused about one row, counted from 0, and the values of its key, as texts. */
  about(row: number): string;
}

/** @throws OsirisError `mysql.type_mismatch` */
export function rowSql(load: Load): RowSql {
  const values = load.columns.map((column) => ({ name: column.target.name, ...valueSql(column) }));
  const names = values.map(({ name }) => quoteName(name)).join(", ");
  const from = `FROM (${load.select}) AS loaded`;
  const line = `concat(${values.map(lineField).join(", chr(9), ")})`;
  const tuple = `concat('(', ${values.map(tupleValue).join(", ',', ")}, ')')`;
  return {
    lines: `SELECT encode(${unlessRefused(values, line)}) AS line ${from}`,
    loadData: (charset) => loadDataSql(load, values, charset),
    tuples: (asJson) =>
      `SELECT ${unlessRefused(values, tuple)} AS tuple${asJson ? `, ${rowJson(load)} AS json` : ""} ${from}`,
    insert: `INSERT INTO ${quoteTable(load.target)} (${names}) VALUES `,
    about: (row) =>
      `SELECT ${refusalOf(values)} AS refusal, ${keyText(load)} AS key ${from} LIMIT 1 OFFSET ${row}`,
  };
}

interface NamedValue extends ValueSql {
  readonly name: string;
}

/** A row that holds a refused value is NULL as a whole. */
function unlessRefused(values: readonly NamedValue[], row: string): string {
  const refusals = values.flatMap((value) => value.refusals);
  if (refusals.length === 0) return row;
  return `CASE ${refusals.map(({ when }) => `WHEN ${when} THEN NULL`).join(" ")} ELSE ${row} END`;
}

function refusalOf(values: readonly NamedValue[]): string {
  const cases = values.flatMap(({ name, refusals }) =>
    refusals.map(({ when, reason }) => `WHEN ${when} THEN ${quoteLiteral(`${name} ${reason}`)}`),
  );
  return cases.length === 0 ? "CAST(NULL AS VARCHAR)" : `CASE ${cases.join(" ")} END`;
}

/** Characters that a syntax knows, the escape character first, and what they are written as. */
type Escapes = readonly (readonly [code: number, written: string])[];

const LINE_ESCAPES: Escapes = [
  [92, "\\\\"],
  [9, "\\t"],
  [10, "\\n"],
];
const LITERAL_ESCAPES: Escapes = [
  [92, "\\\\"],
  [39, "''"],
  [0, "\\0"],
];

/** Most texts have none of these characters, and to look for one takes a fraction of the time of a replacement. */
function escaped(text: string, escapes: Escapes): string {
  const some = escapes.map(([code]) => `contains(${text}, chr(${code}))`).join(" OR ");
  const replaced = escapes.reduce(
    (inner, [code, written]) => `replace(${inner}, chr(${code}), ${quoteLiteral(written)})`,
    text,
  );
  return `CASE WHEN ${some} THEN ${replaced} ELSE ${text} END`;
}

function lineField({ form, text }: ValueSql): string {
  const isFree = form === "text" || form === "json";
  return `coalesce(${isFree ? escaped(text, LINE_ESCAPES) : text}, '\\N')`;
}

const LITERALS: Readonly<Record<ValueForm, (text: string) => string>> = {
  number: (text) => text,
  bit_number: (text) => text,
  plain: (text) => `'''' || ${text} || ''''`,
  text: (text) => `'''' || ${escaped(text, LITERAL_ESCAPES)} || ''''`,
  // Not in the connection's charset, which may be binary.
  json: (text) => `'_utf8mb4''' || ${escaped(text, LITERAL_ESCAPES)} || ''''`,
  hex: (text) => `'X''' || ${text} || ''''`,
  bits: (text) => `'b''' || ${text} || ''''`,
};

function tupleValue({ form, text }: ValueSql): string {
  return `coalesce(${LITERALS[form](text)}, 'NULL')`;
}

/** Of a field of a line that is not the value itself. */
const CONVERSIONS: Readonly<Partial<Record<ValueForm, (field: string) => string>>> = {
  json: (field) => `CONVERT(${field} USING utf8mb4)`,
  hex: (field) => `UNHEX(${field})`,
  bits: (field) => `CAST(CONV(${field}, 2, 10) AS UNSIGNED)`,
  bit_number: (field) => `CAST(${field} AS UNSIGNED)`,
};

function loadDataSql({ target }: Load, values: readonly NamedValue[], charset: string): string {
  const fields = values.map(({ form, name }, at) =>
    CONVERSIONS[form] === undefined ? quoteName(name) : `@osiris_${at}`,
  );
  const set = values.flatMap(({ form, name }, at) => {
    const converted = CONVERSIONS[form]?.(`@osiris_${at}`);
    return converted === undefined ? [] : [`${quoteName(name)} = ${converted}`];
  });
  return (
    `LOAD DATA LOCAL INFILE 'osiris' INTO TABLE ${quoteTable(target)} CHARACTER SET ${charset} ` +
    String.raw`FIELDS TERMINATED BY '\t' ENCLOSED BY '' ESCAPED BY '\\' LINES STARTING BY '' TERMINATED BY '\n' ` +
    `(${fields.join(", ")})${set.length === 0 ? "" : ` SET ${set.join(", ")}`}`
  );
}

/** Types whose values JSON has, exact for every reader. */
const JSON_TYPES = /^(?:BOOLEAN|U?TINYINT|U?SMALLINT|U?INTEGER)$/;

function rowJson({ columns }: Load): string {
  const fields = columns.map(({ source: { name, type } }) => {
    const column = quoteIdentifier(name);
    return `${column} := ${JSON_TYPES.test(type) ? column : `CAST(${column} AS VARCHAR)`}`;
  });
  return `CAST(to_json(struct_pack(${fields.join(", ")})) AS VARCHAR)`;
}

const SHOWN = 60;

/** `id = 5, day = 2026-01-01`; empty when the load has no key. */
function keyText({ key }: Load): string {
  if (key.length === 0) return "''";
  const parts = key.map((name) => {
    const value = `coalesce(left(CAST(${quoteIdentifier(name)} AS VARCHAR), ${SHOWN}), 'NULL')`;
    return `concat(${quoteLiteral(`${name} = `)}, ${value})`;
  });
  return `concat_ws(', ', ${parts.join(", ")})`;
}
