import { foldCase, type Column, type ConfigProblem } from "@osiris/core";

export type Encoding =
  | "utf-8"
  | "utf-16"
  | "ascii"
  | "latin-1"
  | "iso-8859-1"
  | "iso-8859-2"
  | "windows-1250"
  | "windows-1251"
  | "windows-1252";
/** What a file can be packed with; the driver cannot unpack all of them. */
export type Compression = "infer" | "none" | "gzip" | "zstd" | "bz2" | "zip" | "xz";

/** The config of `filesystem.csv_extractor`; `extractor/spec.yaml` says what each field means. */
export interface CsvExtractorConfig {
  /** Absolute. */
  readonly path: string | readonly string[];
  readonly delimiter: string;
  /** Empty: quotes mean nothing. */
  readonly quote: string;
  readonly encoding: Encoding;
  readonly compression: Compression;
  readonly header: boolean | number;
  readonly skip_rows: number;
  readonly skip_blank_lines?: boolean;
  readonly comment?: string;
  readonly columns?: readonly string[];
  readonly limit?: number;
  readonly infer_types: boolean;
  readonly parse_dates: boolean | readonly string[];
  readonly dtype: Readonly<Record<string, string>>;
  readonly na_values: readonly string[];
  readonly on_bad_lines: "error" | "reject";
}

/** Patterns and lists alike. */
export function pathsOf({ path }: CsvExtractorConfig): readonly string[] {
  return typeof path === "string" ? [path] : path;
}

/** The declared type of a column; undefined when its values decide. */
export function typeOf(name: string, { dtype, infer_types }: CsvExtractorConfig): string | undefined {
  return Object.hasOwn(dtype, name) ? dtype[name] : infer_types ? undefined : "VARCHAR";
}

/** The table's columns where the config alone decides them. */
export function knownColumns(config: CsvExtractorConfig): readonly Column[] | undefined {
  const columns = config.columns?.map((name) => ({ name, type: typeOf(name, config) }));
  return columns?.every((column): column is Column => column.type !== undefined) ? columns : undefined;
}

const UNPACK: Partial<Record<Compression, string>> = { bz2: "bunzip2", zip: "unzip", xz: "unxz" };

/** What the schema cannot say. */
export function configProblems(config: CsvExtractorConfig): readonly ConfigProblem[] {
  return [...columnProblems(config), ...dialectProblems(config)];
}

function columnProblems({ columns, dtype, parse_dates }: CsvExtractorConfig): readonly ConfigProblem[] {
  if (columns === undefined) return [];
  const problems: ConfigProblem[] = [];
  const names = new Set<string>();
  columns.forEach((name, index) => {
    const message = `columns names "${name}" twice; upper and lower case are one`;
    if (names.has(foldCase(name))) problems.push({ path: `/columns/${index}`, message });
    names.add(foldCase(name));
  });
  const hint = "Add it to columns, or remove it here.";
  for (const name of Object.keys(dtype).filter((name) => !columns.includes(name))) {
    const message = `dtype declares the type of "${name}", which is not among columns`;
    problems.push({ path: `/dtype/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, message, hint });
  }
  if (typeof parse_dates === "boolean") return problems;
  parse_dates.forEach((name, index) => {
    const message = `parse_dates names "${name}", which is not among columns`;
    if (!columns.includes(name)) problems.push({ path: `/parse_dates/${index}`, message, hint });
  });
  return problems;
}

function dialectProblems({
  delimiter,
  quote,
  comment,
  compression,
}: CsvExtractorConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const same = (path: string, one: string, other: string): void => {
    problems.push({ path, message: `${one} and ${other} are the same character` });
  };
  if (delimiter === quote) same("/quote", "quote", "delimiter");
  if (comment === delimiter) same("/comment", "comment", "delimiter");
  if (comment !== undefined && comment === quote) same("/comment", "comment", "quote");
  const tool = UNPACK[compression];
  if (tool !== undefined) {
    const message = `the extractor reads gzip and zstd, not ${compression}`;
    problems.push({ path: "/compression", message, hint: `Unpack the file first: ${tool}.` });
  }
  return problems;
}
