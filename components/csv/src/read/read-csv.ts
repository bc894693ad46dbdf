import { quoteIdentifier, quoteLiteral, type Column } from "@osiris/core";
import type { FileFormat } from "./byte-source.ts";
import type { LineEnds } from "./record-scanner.ts";

/** A file that DuckDB reads as the scan has read it. */
export interface PlainFile {
  readonly path: string;
  readonly compression: FileFormat["compression"];
  readonly delimiter: string;
  readonly quote: string;
  /** What ends its lines: DuckDB's own guess takes a line end in quotes for one. */
  readonly newline: LineEnd;
  /** Records before the first one. */
  readonly skip: number;
  /** The file's columns in its order, with the types that they shall have. */
  readonly columns: readonly Column[];
}

export type LineEnd = keyof LineEnds;

/** As DuckDB spells them: with backslashes. */
const NEWLINES: Readonly<Record<LineEnd, string>> = { lf: "\\n", crlf: "\\r\\n", cr: "\\r" };

/** How the lines of a file end, when all end alike. */
export function lineEndOf({ crlf, cr }: LineEnds): LineEnd {
  return crlf > 0 ? "crlf" : cr > 0 ? "cr" : "lf";
}

export interface ReadOptions {
  /** What stands for NULL, beside the empty field. */
  readonly nullTexts: readonly string[];
  /** Bytes of the longest record. */
  readonly longest: number;
}

const MIB = 1024 * 1024;
/** DuckDB's own, of which its default line of 2 MiB is a sixteenth. */
const BUFFER_BYTES = 32 * MIB;

/** One SELECT over all files, in their order, that gives `names`. */
export function selectFiles(
  files: readonly PlainFile[],
  names: readonly string[],
  options: ReadOptions,
): string {
  const list = names.map(quoteIdentifier).join(", ");
  return alike(files)
    .map((group) => `SELECT ${list} FROM ${readCsv(group, options)}`)
    .join("\nUNION ALL\n");
}

/** Neighbours that one call of `read_csv` can read. */
function alike(files: readonly PlainFile[]): readonly (readonly PlainFile[])[] {
  const groups: PlainFile[][] = [];
  let before: string | undefined;
  for (const file of files) {
    const { path: _, ...rest } = file;
    const shape = JSON.stringify(rest);
    if (shape === before) groups.at(-1)?.push(file);
    else groups.push([file]);
    before = shape;
  }
  return groups;
}

/**
 * Everything is declared and nothing sniffed. What DuckDB would take from a path (`year=2024/` as a column) is switched
 * off.
 */
function readCsv(group: readonly PlainFile[], { nullTexts, longest }: ReadOptions): string {
  const [{ columns, compression, delimiter, quote, newline, skip } = none()] = group;
  const paths = group.map(({ path }) => quoteLiteral(path)).join(", ");
  const types = columns.map(({ name, type }) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`).join(", ");
  const nulls = ["", ...nullTexts].map(quoteLiteral).join(", ");
  return `read_csv([${paths}],
    auto_detect = false, header = false, skip = ${skip}, columns = {${types}},
    delim = ${quoteLiteral(delimiter)}, new_line = ${quoteLiteral(NEWLINES[newline])}, quote = ${quoteLiteral(quote)}, escape = ${quoteLiteral(quote)},
    nullstr = [${nulls}], allow_quoted_nulls = false, compression = ${quoteLiteral(compression)},${lineSize(longest)}
    hive_partitioning = false, filename = false, union_by_name = false)`;
}

function lineSize(longest: number): string {
  if (longest < 2 * MIB) return "";
  return ` max_line_size = ${longest + 2}, buffer_size = ${Math.max(BUFFER_BYTES, 2 * longest + 2)},`;
}

function none(): never {
  throw new Error("no group is empty");
}
