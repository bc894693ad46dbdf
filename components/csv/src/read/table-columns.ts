import { OsirisError, uniqueColumnNames } from "@osiris/core";
import type { CsvExtractorConfig } from "./config.ts";

/** A table column, and the name that the files have for it. */
export interface NamedColumn {
  readonly name: string;
  readonly inFile: string;
}

export function nameColumns(header: readonly string[]): readonly NamedColumn[] {
  const names = uniqueColumnNames(header);
  return header.map((inFile, index) => ({ inFile, name: names[index] ?? inFile }));
}

/** The names of a file without a header: those that `columns` gives, else `column1`, `column2`, … */
export function namesWithoutHeader(
  width: number,
  { columns }: CsvExtractorConfig,
  path: string,
): readonly string[] {
  if (columns === undefined) return Array.from({ length: width }, () => "");
  if (columns.length === width) return columns;
  throw new OsirisError({
    code: "csv.unknown_column",
    category: "usage",
    message: `columns names ${columns.length}, the first record of ${path} has ${width}`,
    hint: "Without a header, columns names all that the file has, in its order.",
  });
}

/** @throws OsirisError when an option names a column that the file does not have */
export function assertColumnsExist(
  columns: readonly NamedColumn[],
  path: string,
  config: CsvExtractorConfig,
): void {
  const { dtype, parse_dates } = config;
  const named = {
    columns: config.columns ?? [],
    dtype: Object.keys(dtype),
    parse_dates: typeof parse_dates === "boolean" ? [] : parse_dates,
  };
  const names = new Set(columns.map(({ name }) => name));
  for (const [option, wanted] of Object.entries(named)) {
    const unknown = wanted.find((name) => !names.has(name));
    if (unknown === undefined) continue;
    throw new OsirisError({
      code: "csv.unknown_column",
      category: "usage",
      message: `${option} names the column "${unknown}", which ${path} does not have`,
      hint: `Its columns are: ${listed(columns)}.`,
    });
  }
}

/** @throws OsirisError when a file has other columns than the first: a table has one set of them */
export function assertSameColumns(
  first: { readonly path: string; readonly columns: readonly NamedColumn[] },
  other: { readonly path: string; readonly columns: readonly NamedColumn[] },
): void {
  const missing = without(first.columns, other.columns);
  const added = without(other.columns, first.columns);
  if (missing.length + added.length === 0) return;
  const parts = [
    missing.length > 0 ? `does not have ${listed(missing)}` : "",
    added.length > 0 ? `has ${listed(added)} besides` : "",
  ];
  throw new OsirisError({
    code: "csv.other_columns",
    category: "data",
    message: `${other.path} ${parts.filter(Boolean).join(" and ")}; the first file is ${first.path}`,
    hint: "Read such files in steps of their own, and join them in SQL: SELECT * FROM a UNION ALL BY NAME SELECT * FROM b.",
  });
}

function without(columns: readonly NamedColumn[], others: readonly NamedColumn[]): readonly NamedColumn[] {
  const names = new Set(others.map(({ name }) => name));
  return columns.filter(({ name }) => !names.has(name));
}

const MAX_LISTED = 20;

function listed(columns: readonly NamedColumn[]): string {
  const shown = columns
    .slice(0, MAX_LISTED)
    .map(({ name }) => name)
    .join(", ");
  const rest = columns.length - MAX_LISTED;
  return rest > 0 ? `${shown} and ${rest} more` : shown;
}
