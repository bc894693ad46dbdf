import { OsirisError, quoteIdentifier, quoteLiteral } from "@osiris/core";
import type { LoadColumn } from "./load-rows.ts";
import { decimalScale, sourceFamily, type SourceFamily } from "./source-type.ts";
import { targetType, type TargetFamily, type TargetType } from "./target-type.ts";

/** How a value of a column is written for the server, so that what the server stores compares equal to it. */
export interface ValueSql {
  readonly form: ValueForm;
  /** DuckDB's expression for the value's text; NULL exactly where the value is. */
  readonly text: string;
  /** Values that the column does not hold as they are, where the server would change them and not say so. */
  readonly refusals: readonly Refusal[];
}

/**
 * `number`: digits. `plain`: text without a character that any syntax knows. `text`: any text. `json`: any text, which must not become
 * bytes on the way. `hex`: bytes as hexadecimal digits. `bits`: binary digits. `bit_number`: digits of a number whose bits are meant.
 */
export type ValueForm = "number" | "plain" | "text" | "json" | "hex" | "bits" | "bit_number";

export interface Refusal {
  /** DuckDB's condition; NULL is no. */
  readonly when: string;
  /** Ends a sentence that begins with the column's name. */
  readonly reason: string;
}

/** `x` is the value in DuckDB's SQL. */
type Rule = (x: string, at: Ends) => ValueSql;

interface Ends {
  /** DuckDB's type. */
  readonly source: string;
  readonly target: TargetType;
  readonly srid: number;
}

/** @throws OsirisError `mysql.type_mismatch` when no value of the source's type is one of the target's */
export function valueSql({ source, target }: LoadColumn): ValueSql {
  const type = targetType(target.type);
  const family = sourceFamily(source.type);
  const rule = family === undefined ? undefined : RULES[family][type.family];
  if (rule === undefined) throw mismatch({ source, target });
  const x = quoteIdentifier(source.name);
  const made = rule(x, { source: source.type, target: type, srid: target.srid });
  const value = type.family === "json" ? { ...made, form: "json" as const } : made;
  if (type.name !== "timestamp" || target.nullable) return value;
  const now = { when: `${x} IS NULL`, reason: "is NULL, for which the server may take the current time" };
  return { ...value, refusals: [now, ...value.refusals] };
}

function mismatch({ source, target }: LoadColumn): OsirisError {
  return new OsirisError({
    code: "mysql.type_mismatch",
    category: "data",
    message: `Column ${target.name}: values of type ${source.type} have no exact form in the table's type ${target.type}`,
    hint: "Cast the column in a SQL step before this one, or change the type of the table's column.",
  });
}

const written = (form: ValueForm, text: string, ...refusals: readonly Refusal[]): ValueSql => ({
  form,
  text,
  refusals,
});

const asText = (x: string): string => `CAST(${x} AS VARCHAR)`;
const plain: Rule = (x) => written("plain", asText(x));
const text: Rule = (x) => written("text", asText(x));

/** What nearly every type can be: its text, as DuckDB writes it. */
const texts = { text: plain, other: plain, list: listMember, json: jsonOf } as const;

/** For each type of a run's table, the types of the server's columns that hold its values. */
const RULES: Readonly<Record<SourceFamily, Readonly<Partial<Record<TargetFamily, Rule>>>>> = {
  null: everywhere(() => written("plain", "CAST(NULL AS VARCHAR)")),
  boolean: {
    ...numbers((x) => written("number", `CAST(CAST(${x} AS TINYINT) AS VARCHAR)`)),
    text: (x) => written("plain", `CAST(CAST(${x} AS TINYINT) AS VARCHAR)`),
    other: (x) => written("plain", `CAST(CAST(${x} AS TINYINT) AS VARCHAR)`),
    bit: (x) => written("bit_number", `CAST(CAST(${x} AS TINYINT) AS VARCHAR)`),
    json: plain,
  },
  integer: {
    ...texts,
    integer: (x) => written("number", asText(x)),
    decimal: (x) => written("number", asText(x)),
    float: (x, at) => written("number", asText(x), inexact(x, at, "FLOAT")),
    double: (x, at) => written("number", asText(x), inexact(x, at, "DOUBLE")),
    bit: (x) => written("bit_number", asText(x), { when: `${x} < 0`, reason: "is negative" }),
    year: (x) =>
      written("plain", `lpad(${asText(x)}, 4, '0')`, {
        when: `${x} <> 0 AND NOT ${x} BETWEEN 1901 AND 2155`,
        reason: "is neither 0 nor a year from 1901 to 2155",
      }),
  },
  bignum: { ...texts, integer: plain, decimal: plain },
  decimal: {
    ...texts,
    integer: (x) => written("number", wholeText(x), { when: `${x} <> trunc(${x})`, reason: FRACTION }),
    decimal: (x, at) => written("number", asText(x), ...tooManyDecimals(x, at)),
    float: (x, at) => written("number", asText(x), inexact(x, at, "FLOAT"), ...roundedTo(x, at)),
    double: (x, at) => written("number", asText(x), inexact(x, at, "DOUBLE"), ...roundedTo(x, at)),
  },
  double: {
    text: plain,
    other: plain,
    list: listMember,
    json: (x) => written("plain", asText(x), notFinite(x)),
    integer: (x) =>
      written(
        "number",
        wholeText(x),
        { when: `${x} IS NOT NULL AND TRY_CAST(${x} AS HUGEINT) IS NULL`, reason: "is out of range" },
        { when: `${x} <> trunc(${x})`, reason: FRACTION },
      ),
    decimal: (x) => written("plain", asText(x), notFinite(x)),
    // A FLOAT's own text has too few digits for a double, and the server reads a double before it makes a float of it.
    float: (x, at) =>
      written("plain", doubleText(x), notFinite(x), inexact(x, at, "FLOAT"), ...roundedTo(x, at)),
    double: (x, at) => written("plain", doubleText(x), notFinite(x), ...roundedTo(x, at)),
  },
  text: {
    text,
    other: text,
    json: text,
    list: listMember,
    binary: (x, at) => hex(`encode(${asText(x)})`, at),
    integer: (x) =>
      written("text", asText(x), { when: `regexp_matches(${asText(x)}, '[.eE]')`, reason: NOT_WHOLE }),
    decimal: text,
    float: text,
    double: text,
    date: text,
    datetime: (x, at) => written("text", asText(x), ...textFraction(x, at)),
    time: (x, at) => written("text", asText(x), ...textFraction(x, at)),
    year: (x) =>
      written("text", asText(x), {
        when: `NOT regexp_full_match(${asText(x)}, '\\d{4}')`,
        reason: "is no year of 4 digits",
      }),
  },
  json: { text, other: text, json: text, binary: (x, at) => hex(`encode(${asText(x)})`, at) },
  blob: { binary: hex, other: hex, geometry },
  bit: {
    text: plain,
    other: plain,
    bit: (x) =>
      written("bits", asText(x), { when: `bit_length(${x}) > 64`, reason: "has more than 64 bits" }),
  },
  date: {
    ...texts,
    date: (x) => written("plain", asText(x), outOfCalendar(x, "DATE")),
    datetime: (x) => written("plain", asText(x), outOfCalendar(x, "DATE")),
  },
  timestamp: {
    ...texts,
    date: (x, at) =>
      written("plain", asText(`CAST(${x} AS DATE)`), ...instant(x, at), {
        when: `CAST(CAST(${x} AS DATE) AS TIMESTAMP) <> ${x}`,
        reason: "has a time of day",
      }),
    datetime: (x, at) =>
      written("plain", asText(microseconds(x, at)), ...instant(x, at), ...fraction(`epoch_us(${x})`, at)),
  },
  timestamptz: {
    text: (x) => written("plain", `${asText(utc(x))} || '+00'`),
    other: (x) => written("plain", `${asText(utc(x))} || '+00'`),
    json: jsonOf,
    datetime: (x, at) =>
      written("plain", asText(utc(x)), outOfCalendar(x, "TIMESTAMPTZ"), ...fraction(`epoch_us(${x})`, at)),
  },
  time: {
    ...texts,
    time: (x, at) =>
      written(
        "plain",
        asText(`CAST(${x} AS TIME)`),
        ...nanoseconds(x, at),
        ...fraction(`epoch_us(${x})`, at),
      ),
  },
  timetz: { text: plain, other: plain, json: jsonOf },
  interval: {
    ...texts,
    time: (x, at) =>
      written(
        "plain",
        clockText(`epoch_us(${x})`),
        {
          when: `datepart('month', ${x}) <> 0 OR datepart('year', ${x}) <> 0`,
          reason: "has months, which are of no fixed length",
        },
        { when: `abs(epoch_us(${x})) >= 3020400000000`, reason: "is beyond 838:59:59" },
        ...fraction(`epoch_us(${x})`, at),
      ),
  },
  uuid: {
    ...texts,
    binary: (x, at) => hexDigits(`replace(${asText(x)}, '-', '')`, at),
  },
  nested: {
    text: jsonText,
    other: jsonText,
    json: jsonText,
  },
};

const FRACTION = "has a fraction, and the table's column none";
const NOT_WHOLE = "is no whole number";

function everywhere(rule: Rule): Readonly<Record<TargetFamily, Rule>> {
  return {
    ...numbers(rule),
    text: rule,
    other: rule,
    list: rule,
    bit: rule,
    year: rule,
    date: rule,
    datetime: rule,
    time: rule,
    binary: rule,
    json: rule,
    geometry: rule,
  };
}

function numbers(rule: Rule): Readonly<Record<"integer" | "decimal" | "float" | "double", Rule>> {
  return { integer: rule, decimal: rule, float: rule, double: rule };
}

/** Whole numbers of a type with a fraction. */
function wholeText(x: string): string {
  return asText(`CAST(${x} AS HUGEINT)`);
}

function doubleText(x: string): string {
  return asText(`CAST(${x} AS DOUBLE)`);
}

function notFinite(x: string): Refusal {
  return { when: `NOT isfinite(${x})`, reason: "is not a finite number" };
}

/** Numbers that a floating-point type rounds to another one. */
function inexact(x: string, { source }: Ends, type: "FLOAT" | "DOUBLE"): Refusal {
  return {
    when: `TRY_CAST(TRY_CAST(${x} AS ${type}) AS ${source}) IS DISTINCT FROM ${x}`,
    reason: `has more digits than the table's type ${type}`,
  };
}

/** `double(10,2)` rounds without a word. */
function roundedTo(x: string, { target: { scale } }: Ends): readonly Refusal[] {
  if (scale === undefined) return [];
  const double = `CAST(${x} AS DOUBLE)`;
  return [{ when: `round(${double}, ${scale}) <> ${double}`, reason: `has more than ${scale} decimals` }];
}

function tooManyDecimals(x: string, { source, target: { scale = 0 } }: Ends): readonly Refusal[] {
  if (decimalScale(source) <= scale) return [];
  return [{ when: `round(${x}, ${scale}) <> ${x}`, reason: `has more than ${scale} decimals` }];
}

/** The server takes a number for the place of a member in the list. */
function listMember(x: string, { target: { members } }: Ends): ValueSql {
  const known = members.filter((member) => /^\s*\d+\s*$/.test(member)).map(quoteLiteral);
  const isNumber = `regexp_full_match(${asText(x)}, '\\s*[-+]?\\d+(\\.\\d*)?([eE].*)?\\s*')`;
  const when = known.length === 0 ? isNumber : `${isNumber} AND ${asText(x)} NOT IN (${known.join(", ")})`;
  return written("text", asText(x), { when, reason: "is none of the values that the column has" });
}

function jsonOf(x: string): ValueSql {
  return written("text", `CAST(to_json(${x}) AS VARCHAR)`);
}

/** DuckDB writes NaN and Infinity, which are no JSON. */
function jsonText(x: string, { source }: Ends): ValueSql {
  const json = `CAST(to_json(${x}) AS VARCHAR)`;
  if (!/\b(?:FLOAT|DOUBLE)\b/.test(source)) return written("text", json);
  const bare = `regexp_replace(${json}, '"(?:[^"\\\\]|\\\\.)*"', '', 'g')`;
  return written("text", json, {
    when: `regexp_matches(${bare}, '[NI]')`,
    reason: "has a number that is not finite, which JSON does not know",
  });
}

function hex(x: string, at: Ends): ValueSql {
  return hexDigits(`hex(${x})`, at);
}

/** BINARY(n) fills up with zeros. */
function hexDigits(digits: string, { target: { name, size = 1 } }: Ends): ValueSql {
  if (name !== "binary") return written("hex", digits);
  const when = `length(${digits}) < ${2 * size}`;
  return written("hex", digits, { when, reason: `has fewer than ${size} bytes, and would be filled up` });
}

/**
 * WKB, or EWKB as PostGIS has it, into the server's own form, which is what its dumps hold too: the SRID, then WKB. Unlike
 * ST_GeomFromWKB it knows no order of axes that differs between servers.
 */
function geometry(x: string, { srid }: Ends): ValueSql {
  const column = Buffer.alloc(4);
  column.writeUInt32LE(srid);
  const digits = `hex(${x})`;
  const kind = `substr(${digits}, 9, 2)`;
  return written(
    "hex",
    `CASE ${kind} WHEN '20' THEN substr(${digits}, 11, 8) || substr(${digits}, 1, 8) || '00' || substr(${digits}, 19) ` +
      `ELSE '${column.toString("hex")}' || ${digits} END`,
    {
      when: `NOT (${digits} LIKE '01%' AND ${kind} IN ('00', '20'))`,
      reason: "is no WKB or EWKB of two dimensions, little-endian",
    },
  );
}

function outOfCalendar(x: string, type: "DATE" | "TIMESTAMP" | "TIMESTAMPTZ"): Refusal {
  const ends =
    type === "DATE"
      ? ["DATE '0001-01-01'", "DATE '9999-12-31'"]
      : ["'0001-01-01 00:00:00", "'9999-12-31 23:59:59.999999"].map((at) =>
          type === "TIMESTAMP" ? `TIMESTAMP ${at}'` : `TIMESTAMPTZ ${at}+00'`,
        );
  return { when: `NOT ${x} BETWEEN ${ends.join(" AND ")}`, reason: "is beyond the years 1 to 9999" };
}

/** TIMESTAMP_NS has a range of its own, within that of the server's types. */
function instant(x: string, at: Ends): readonly Refusal[] {
  return at.source === "TIMESTAMP_NS"
    ? [{ when: `NOT isfinite(${x})`, reason: "is infinite" }, ...nanoseconds(x, at)]
    : [outOfCalendar(`CAST(${x} AS TIMESTAMP)`, "TIMESTAMP")];
}

function microseconds(x: string, { source }: Ends): string {
  return source === "TIMESTAMP" ? x : `CAST(${x} AS TIMESTAMP)`;
}

function utc(x: string): string {
  return `make_timestamp(epoch_us(${x}))`;
}

function nanoseconds(x: string, { source }: Ends): readonly Refusal[] {
  if (!source.endsWith("_NS")) return [];
  return [{ when: `epoch_ns(${x}) % 1000 <> 0`, reason: "has nanoseconds, and the server microseconds" }];
}

/** The server rounds to the digits that the column has, without a word. */
function fraction(micros: string, { target: { size = 0 } }: Ends): readonly Refusal[] {
  if (size >= 6) return [];
  return [{ when: `${micros} % ${10 ** (6 - size)} <> 0`, reason: moreDigits(size) }];
}

function textFraction(x: string, { target: { size = 0 } }: Ends): readonly Refusal[] {
  return [{ when: `regexp_matches(${asText(x)}, '\\.\\d{${size}}\\d*[1-9]')`, reason: moreDigits(size) }];
}

function moreDigits(size: number): string {
  return size === 0
    ? "has a fraction of a second, and the column none"
    : `has more than ${size} digits of a second`;
}

/** Microseconds as `-838:59:59.000000`. */
function clockText(micros: string): string {
  const total = `abs(${micros})`;
  return (
    `printf('%s%02d:%02d:%02d.%06d', CASE WHEN ${micros} < 0 THEN '-' ELSE '' END, ${total} // 3600000000, ` +
    `${total} // 60000000 % 60, ${total} // 1000000 % 60, ${total} % 1000000)`
  );
}
