import { stat } from "node:fs/promises";
import {
  defineDriver,
  foldCase,
  isOsirisError,
  OsirisError,
  quoteIdentifier,
  quoteLiteral,
  type ConfigProblem,
  type Driver,
  type DriverContext,
} from "@osiris/core";
import { fileError } from "./errors.ts";
import { inexactTest } from "./exact-values.ts";
import { nameColumns, readHeader, typeOf, type FileColumn } from "./header.ts";

export interface CsvExtractorConfig {
  readonly path: string;
  readonly delimiter: string;
  readonly columns?: readonly string[];
  readonly dtype: Readonly<Record<string, string>>;
}

/** `filesystem.csv_extractor`: DuckDB reads the file; no row passes through JavaScript. */
export const csvExtractor: Driver<CsvExtractorConfig> = defineDriver({
  async run({ config, ctx }) {
    const columns = await describeFile(config, ctx);
    try {
      await refuseInexact(config, columns, ctx);
      const { rows } = await ctx.createTableAs(select(config, columns));
      ctx.metric("rows_read", rows, "rows");
      return { rows };
    } catch (error) {
      throw parseError(error, config.path);
    }
  },

  validate({ columns, dtype }) {
    if (columns === undefined) return [];
    const names = new Set<string>();
    const problems: ConfigProblem[] = [];
    columns.forEach((name, index) => {
      if (names.has(foldCase(name))) {
        const message = `columns names "${name}" twice; upper and lower case are one`;
        problems.push({ path: `/columns/${index}`, message });
      }
      names.add(foldCase(name));
    });
    for (const name of Object.keys(dtype).filter((name) => !columns.includes(name))) {
      const message = `dtype declares the type of "${name}", which is not among columns`;
      const path = `/dtype/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      problems.push({ path, message, hint: "Add it to columns, or remove it here." });
    }
    return problems;
  },

  columns({ columns, dtype }) {
    return columns?.map((name) => ({ name, type: typeOf(name, dtype) }));
  },
});

/** All columns of the file, or those that were asked for. */
function select(config: CsvExtractorConfig, columns: readonly FileColumn[]): string {
  const list = config.columns?.map(quoteIdentifier).join(", ") ?? "*";
  return `SELECT ${list} FROM ${fileTable(config, columns)}`;
}

async function describeFile(config: CsvExtractorConfig, ctx: DriverContext): Promise<readonly FileColumn[]> {
  if (/[*?[]/.test(config.path)) {
    throw new OsirisError({
      code: "csv.pattern",
      category: "usage",
      message: `${config.path}: the characters *, ? and [ would make DuckDB look for several files`,
      hint: "Name one file, by a path without them.",
    });
  }
  let header: readonly string[];
  try {
    const file = await stat(config.path);
    if (!file.isFile()) throw notAFile(config.path, file.isDirectory());
    ctx.metric("bytes_processed", file.size, "bytes");
    header = await readHeader(config.path, config.delimiter);
  } catch (error) {
    throw fileError(error, config.path);
  }
  if (header.length === 0) {
    throw new OsirisError({
      code: "csv.empty_file",
      category: "data",
      message: `${config.path} is empty: there is no line with column names`,
    });
  }
  const columns = nameColumns(header, config.dtype);
  const renamed = columns.filter((column) => column.name !== column.inFile);
  for (const { inFile, name } of renamed) {
    ctx.log("warn", `The column "${inFile}" is called "${name}" in the table`, { from: inFile, to: name });
  }
  refuseUnknown("columns", config.columns ?? [], config, columns);
  refuseUnknown("dtype", Object.keys(config.dtype), config, columns);
  return columns;
}

function refuseUnknown(
  option: string,
  names: readonly string[],
  config: CsvExtractorConfig,
  columns: readonly FileColumn[],
): void {
  const unknown = names.find((name) => !columns.some((column) => column.name === name));
  if (unknown === undefined) return;
  throw new OsirisError({
    code: "csv.unknown_column",
    category: "usage",
    message: `${option} names the column "${unknown}", which ${config.path} does not have`,
    hint: `Its columns are: ${columns.map((column) => column.name).join(", ")}.`,
  });
}

/** A pipe can be read once only, and the header is read before the rows. */
function notAFile(path: string, isFolder: boolean): OsirisError {
  return new OsirisError({
    code: "csv.not_a_file",
    category: "usage",
    message: `${path} is ${isFolder ? "a folder" : "a pipe or a device"}`,
    hint: isFolder ? "Name a file." : "Write it to a file first.",
  });
}

/**
 * Everything is declared and nothing is sniffed: a value is taken as it stands or refused. What DuckDB would take from
 * the path (`year=2024/` as a column, `.gz` as a compression) is switched off.
 */
function fileTable(config: CsvExtractorConfig, columns: readonly FileColumn[]): string {
  const types = columns.map(({ name, type }) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`).join(", ");
  return `read_csv(${quoteLiteral(config.path)},
    auto_detect = false, header = true, columns = {${types}},
    delim = ${quoteLiteral(config.delimiter)}, quote = '"', escape = '"',
    nullstr = '', allow_quoted_nulls = false, compression = 'none',
    hive_partitioning = false, filename = false, union_by_name = false)`;
}

/** One streaming pass over the text of columns whose type would round a value without a word. */
async function refuseInexact(
  config: CsvExtractorConfig,
  columns: readonly FileColumn[],
  ctx: DriverContext,
): Promise<void> {
  const tests = columns.flatMap(({ name, type }) => {
    const sql = inexactTest(name, type);
    return sql === undefined ? [] : [{ name, type, sql: `coalesce(${sql}, false)` }];
  });
  if (tests.length === 0) return;
  const file = fileTable(
    config,
    columns.map((column) => ({ ...column, type: "VARCHAR" })),
  );
  const anyOf = tests.map(({ sql }) => sql).join(" OR ");
  const found = await ctx.query(`SELECT 1 FROM ${file} WHERE ${anyOf} LIMIT 1`);
  if (found.rows.length === 0) return;
  // Numbering the records takes DuckDB's threads away, so it is done only when there is one to report.
  const record = quoteIdentifier(freeName(columns));
  const numbered = `(SELECT *, row_number() OVER () AS ${record} FROM ${file})`;
  const cases = tests.map(
    ({ name, sql }, index) => `WHEN ${sql} THEN [${index}::VARCHAR, ${quoteIdentifier(name)}]`,
  );
  const { rows } = await ctx.query(
    `SELECT culprit[1] AS column_index, culprit[2] AS value, record FROM
       (SELECT CASE ${cases.join(" ")} END AS culprit, ${record} AS record FROM ${numbered})
     WHERE culprit IS NOT NULL LIMIT 1`,
  );
  const culprit = tests[Number(rows[0]?.["column_index"])];
  throw new OsirisError({
    code: "csv.value_misfit",
    category: "data",
    message: `${config.path}: record ${rows[0]?.["record"] as bigint} after the header, column "${culprit?.name}": ${JSON.stringify(rows[0]?.["value"])} is not exactly ${culprit?.type}`,
    hint: "Correct the value, or declare a type that holds it; VARCHAR holds any.",
  });
}

function freeName(columns: readonly FileColumn[]): string {
  let name = "record";
  while (columns.some((column) => foldCase(column.name) === name)) name += "_";
  return name;
}

/** DuckDB's CSV errors end in advice about its own options, which a pipeline cannot set. */
function parseError(error: unknown, path: string): unknown {
  if (!isOsirisError(error) || error.code.startsWith("csv.")) return error;
  const known = HINTS.find(([says]) => says.test(error.message));
  if (known === undefined) return error;
  const lines = error.message.split("\n").map((line) => line.trim());
  const end = lines.findIndex((line) => line === "" || line.startsWith("Possible"));
  const [place = "", ...told] = lines.slice(0, end === -1 ? MAX_LINES : Math.min(end, MAX_LINES)).map(cut);
  const parts = [place.replace("CSV Error on Line: ", "line "), told.join("; ")].filter(Boolean);
  return new OsirisError({
    code: "csv.malformed",
    category: "data",
    message: `${path}: ${parts.join(": ")}`,
    hint: known[1],
    cause: error,
  });
}

const HINTS: readonly (readonly [says: RegExp, hint: string])[] = [
  [/state machine|new ?line/i, "Its line ends may be mixed. Make them all alike first: dos2unix."],
  [/Maximum line size/, "Lines may have 2 MB. Is a quote missing?"],
  [/^CSV Error/, "Correct the line. A value that does not fit a type needs another dtype for its column."],
];

const MAX_LINES = 4;
const MAX_LINE = 200;

function cut(line: string): string {
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line;
}
