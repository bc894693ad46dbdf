import { OsirisError } from "@osiris/core";
import { BlockReader, MAX_RECORD_BYTES } from "./block-reader.ts";
import { openSource, type ByteSource } from "./byte-source.ts";
import { ColumnScan } from "./column-scan.ts";
import type { CsvExtractorConfig } from "./config.ts";
import type { CsvDialect } from "./dialect.ts";
import { fieldsOf, fieldText } from "./fields.ts";
import { assertEncoded } from "./encoding.ts";
import { unpackError } from "./file-errors.ts";
import type { InputFile } from "./find-files.ts";
import { RecordScanner, type LineEnds, type RecordSink } from "./record-scanner.ts";

/** What stands before a file's records. */
export interface FileHead {
  /** The header's fields; of a file without one, as many empty names as the first record has fields. */
  readonly header: readonly string[];
  /** The line of the first record. */
  readonly line: number;
  /** How many records DuckDB must skip; undefined when it would not find the place. */
  readonly skip: number | undefined;
  /** How the lines end that stand before the first record. */
  readonly lineEnds: LineEnds;
}

/** A file that is open, its head read: what comes next are its records. */
export interface OpenRecords {
  readonly head: FileHead;
  readonly reader: BlockReader;
  close(): Promise<void>;
}

const BOM = Buffer.from("\uFEFF");

/** @throws OsirisError `csv.empty_file`, `csv.bad_header`, and what reading a file can end in */
export async function openRecords(
  file: InputFile,
  config: CsvExtractorConfig,
  dialect: CsvDialect,
  signal: AbortSignal,
): Promise<OpenRecords> {
  const source: ByteSource = await openSource(file.path, file.format, signal);
  try {
    const reader = new BlockReader(source);
    await reader.advance(0);
    if (reader.bytes.subarray(0, Math.min(reader.end, BOM.length)).equals(BOM))
      await reader.advance(BOM.length);
    const head = await readHead(reader, file, config, dialect);
    return { head, reader, close: () => source.close() };
  } catch (error) {
    await source.close();
    throw unpackError(error, file.path, file.format);
  }
}

async function readHead(
  reader: BlockReader,
  file: InputFile,
  config: CsvExtractorConfig,
  dialect: CsvDialect,
): Promise<FileHead> {
  const { header, skip_rows } = config;
  const preamble = skip_rows + (typeof header === "number" ? header : 0);
  const first = new FirstRecord(file.path, dialect);
  // Blank lines above the header are none of the records that skip_blank_lines is about.
  const { skipBlankLines: _, ...aboveRecords } = dialect;
  const scanner = new RecordScanner(aboveRecords, new ColumnScan([], new Set()), first, preamble + 1);
  const hasQuotes = await skipLines(reader, preamble, scanner);
  let used = 0;
  let line = scanner.line;
  while (!scanner.done && !(reader.last && used >= reader.end)) {
    if (!(await reader.advance(used))) throw endlessRecord(file.path, line);
    line = scanner.line;
    used = scanner.scan(reader.bytes, reader.end, reader.last);
  }
  if (first.fields === undefined) throw emptyFile(file.path, preamble);
  assertEncoded(reader.bytes.subarray(0, used), line, file);
  const { skippedLines, strayQuotes } = scanner.oddities;
  if (header === false) {
    return {
      header: first.fields.map(() => ""),
      line,
      skip: hasQuotes || skippedLines ? undefined : preamble,
      lineEnds: { lf: 0, crlf: 0, cr: 0 },
    };
  }
  await reader.advance(used);
  const isPlain = !hasQuotes && !skippedLines && !strayQuotes && scanner.line === line + 1;
  return {
    header: first.fields,
    line: scanner.line,
    skip: isPlain ? preamble + 1 : undefined,
    lineEnds: scanner.lineEnds,
  };
}

/** @returns whether a quote stands in the lines: DuckDB would take what follows it for a part of the line */
async function skipLines(reader: BlockReader, count: number, scanner: RecordScanner): Promise<boolean> {
  let hasQuotes = false;
  for (let line = 0; line < count && reader.end > 0;) {
    const next = scanner.skipLine(reader.bytes, reader.end, reader.last);
    hasQuotes ||= reader.bytes.subarray(0, Math.max(next, 0)).includes(0x22);
    if (next >= 0) line += 1;
    if (!(await reader.advance(Math.max(next, 0)))) break;
  }
  return hasQuotes;
}

/** Takes the first record for the header, and no more. */
class FirstRecord implements RecordSink {
  fields: readonly string[] | undefined;
  readonly #path: string;
  readonly #dialect: CsvDialect;

  constructor(path: string, dialect: CsvDialect) {
    this.#path = path;
    this.#dialect = dialect;
  }

  good(bytes: Buffer, from: number, to: number): boolean {
    const { quote } = this.#dialect;
    this.fields = fieldsOf(bytes, from, to, this.#dialect).map((field) =>
      fieldText(bytes, field.from, field.to, quote),
    );
    if (this.fields.some((name) => name.includes("\0"))) {
      throw badHeader(this.#path, "it holds NUL characters", "Is the file in UTF-16? Set encoding: utf-16.");
    }
    return false;
  }

  bad({ reason }: { readonly reason: string }): void {
    throw badHeader(this.#path, `it ${reason}`, "Quote whole names.");
  }

  unclosed(line: number): never {
    throw badHeader(this.#path, `a quote opens in line ${line} and nothing closes it`, "Close it.");
  }
}

function badHeader(path: string, why: string, hint: string): OsirisError {
  const message = `${path}: the first line cannot be read as column names: ${why}`;
  return new OsirisError({ code: "csv.bad_header", category: "data", message, hint });
}

function emptyFile(path: string, preamble: number): OsirisError {
  return new OsirisError({
    code: "csv.empty_file",
    category: "data",
    message:
      preamble === 0
        ? `${path} is empty: there is no line with column names`
        : `${path} has nothing below the ${preamble} lines to skip`,
  });
}

export function endlessRecord(path: string, line: number): OsirisError {
  return new OsirisError({
    code: "csv.endless_record",
    category: "data",
    message: `${path}, line ${line}: the record does not end within ${MAX_RECORD_BYTES / 1024 / 1024} MiB`,
    hint: "Is a quote missing, or is this no CSV file?",
  });
}
