import { stat } from "node:fs/promises";
import {
  defineDriver,
  OsirisError,
  quoteIdentifier,
  quoteLiteral,
  type Driver,
  type DriverContext,
} from "@osiris/core";
import { fileError } from "./errors.ts";
import { exactSpelling } from "./exact-values.ts";
import { nameColumns, readHeader, type FileColumn } from "./header.ts";

export interface CsvExtractorConfig {
  readonly path: string;
  readonly delimiter: string;
  readonly dtype: Readonly<Record<string, string>>;
}

/** `filesystem.csv_extractor`: DuckDB reads the file; no row passes through JavaScript. */
export const csvExtractor: Driver<CsvExtractorConfig> = defineDriver({
  async run({ config, ctx }) {
    const columns = await describeFile(config, ctx);
    try {
      await refuseInexact(config, columns, ctx);
      const { rows } = await ctx.createTableAs(`FROM ${fileTable(config, columns)}`);
      ctx.metric("rows_read", rows, "rows");
      return { rows };
    } catch (error) {
      throw parseError(error, config.path);
    }
  },
});

async function describeFile(config: CsvExtractorConfig, ctx: DriverContext): Promise<readonly FileColumn[]> {
  let header: readonly string[];
  try {
    const { size } = await stat(config.path);
    header = await readHeader(config.path, config.delimiter);
    ctx.metric("bytes_processed", size, "bytes");
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
  const unknown = Object.keys(config.dtype).find((name) => !columns.some((column) => column.name === name));
  if (unknown !== undefined) {
    throw new OsirisError({
      code: "csv.unknown_column",
      category: "usage",
      message: `dtype names the column "${unknown}", which ${config.path} does not have`,
      hint: `Its columns are: ${columns.map((column) => column.name).join(", ")}.`,
    });
  }
  return columns;
}

/** Everything is declared and nothing is sniffed: a value is taken as it stands or refused. */
function fileTable(config: CsvExtractorConfig, columns: readonly FileColumn[]): string {
  const types = columns.map(({ name, type }) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`).join(", ");
  return `read_csv(${quoteLiteral(config.path)},
    auto_detect = false, header = true, columns = {${types}},
    delim = ${quoteLiteral(config.delimiter)}, quote = '"', escape = '"',
    nullstr = '', allow_quoted_nulls = false)`;
}

/** One streaming pass over the text of columns whose type would round a value without a word. */
async function refuseInexact(
  config: CsvExtractorConfig,
  columns: readonly FileColumn[],
  ctx: DriverContext,
): Promise<void> {
  const checked = columns.flatMap((column) => {
    const spelling = exactSpelling(column.type);
    return spelling === undefined ? [] : [{ ...column, spelling }];
  });
  if (checked.length === 0) return;
  const file = fileTable(
    config,
    columns.map((column) => ({ ...column, type: "VARCHAR" })),
  );
  const names = checked.map(({ name }) => quoteIdentifier(name)).join(", ");
  const inexact = checked
    .map(({ name, spelling }) => `NOT regexp_full_match(${quoteIdentifier(name)}, ${quoteLiteral(spelling)})`)
    .join(" OR ");
  const found = await ctx.query(`SELECT 1 FROM ${file} WHERE ${inexact} LIMIT 1`);
  if (found.rows.length === 0) return;
  // Numbering the records takes DuckDB's threads away, so it is done only when there is one to report.
  const { rows } = await ctx.query(
    `SELECT ${names}, record FROM (SELECT ${names}, row_number() OVER () AS record FROM ${file}) WHERE ${inexact} LIMIT 1`,
  );
  const [row] = rows;
  const wrong = checked.find(({ name, spelling }) => {
    const value = row?.[name];
    return typeof value === "string" && !new RegExp(`^(?:${spelling})$`).test(value);
  });
  if (row === undefined || wrong === undefined) return;
  throw new OsirisError({
    code: "csv.value_misfit",
    category: "data",
    message: `${config.path}: record ${String(row["record"])} after the header, column "${wrong.name}": ${JSON.stringify(row[wrong.name])} is not exactly ${wrong.type}`,
    hint: "Correct the value, or declare a type that holds it; VARCHAR holds any.",
  });
}

/** DuckDB's CSV errors end in advice about its own options, which a pipeline cannot set. */
function parseError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !error.message.startsWith("CSV Error")) return error;
  const [place = "", ...lines] = error.message.split("\n");
  const end = lines.findIndex((line) => line.trim() === "" || line.startsWith("Possible"));
  const details = lines.slice(0, end === -1 ? undefined : end).join("; ");
  return new OsirisError({
    code: "csv.malformed",
    category: "data",
    message: `${path}: ${place.replace("CSV Error on Line: ", "line ")}: ${details}`,
    hint: "Correct the line. A value that does not fit a type needs another dtype for its column.",
    cause: error,
  });
}
