import { OsirisError, type InputTable } from "@osiris/core";

export type SortKey =
  | string
  | { readonly column: string; readonly direction?: "asc" | "desc"; readonly nulls?: "first" | "last" };

/** The config of `filesystem.csv_writer`; `writer/spec.yaml` says what each field means. */
export interface CsvWriterConfig {
  /** Absolute. */
  readonly path: string;
  readonly delimiter: string;
  readonly header: boolean;
  readonly columns?: readonly string[];
  readonly order_by?: readonly SortKey[];
  readonly quoting: "minimal" | "all" | "nonnumeric";
  readonly encoding: "utf-8" | "utf-16" | "ascii" | "latin-1";
  readonly newline: "lf" | "crlf";
  readonly compression: "infer" | Compression;
  readonly create_dirs: boolean;
}

export type Compression = "none" | "gzip" | "zstd";

/** A sort key with nothing left out. */
export function sortKey(key: SortKey): Required<Exclude<SortKey, string>> {
  const given = typeof key === "string" ? { column: key } : key;
  return { direction: "asc", nulls: "last", ...given };
}

/** @throws OsirisError when the name promises a packing that the writer does not have */
export function compressionOf({ compression, path }: CsvWriterConfig): Compression {
  if (compression !== "infer") return compression;
  if (/\.gz$/i.test(path)) return "gzip";
  if (/\.zst$/i.test(path)) return "zstd";
  if (!/\.(bz2|xz|zip)$/i.test(path)) return "none";
  throw new OsirisError({
    code: "csv.compression",
    category: "usage",
    message: `${path}: the writer packs with gzip and zstd, and the name promises another packing`,
    hint: "Choose a name that ends in .csv, .csv.gz or .csv.zst, or say compression: none.",
  });
}

/** @throws OsirisError when an option names a column that the table does not have */
export function assertColumnsExist(
  { columns = [], order_by = [] }: CsvWriterConfig,
  table: Pick<InputTable, "table" | "columns">,
): void {
  const names = table.columns.map(({ name }) => name);
  for (const [option, wanted] of Object.entries({
    columns,
    order_by: order_by.map((key) => sortKey(key).column),
  })) {
    const unknown = wanted.find((name) => !names.includes(name));
    if (unknown === undefined) continue;
    throw new OsirisError({
      code: "csv.unknown_column",
      category: "usage",
      message: `${option} names the column "${unknown}", which the table "${table.table}" does not have`,
      hint: `Its columns are: ${names.slice(0, 20).join(", ")}${names.length > 20 ? ` and ${names.length - 20} more` : ""}.`,
    });
  }
}
