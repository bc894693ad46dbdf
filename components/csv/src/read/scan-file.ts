import type { ColumnScan } from "./column-scan.ts";
import type { CsvExtractorConfig } from "./config.ts";
import type { CsvDialect } from "./dialect.ts";
import { isUtf8Already } from "./byte-source.ts";
import { assertEncoded } from "./encoding.ts";
import { unpackError } from "./file-errors.ts";
import { PATTERN, type InputFile } from "./find-files.ts";
import { endlessRecord, openRecords } from "./open-records.ts";
import { RecordScanner, type RecordSink } from "./record-scanner.ts";

/** A file that is being read, and how far one has come. */
export interface FileScan {
  readonly file: InputFile;
  readonly scanner: RecordScanner;
  /** How many records DuckDB must skip before the first; undefined when it would not find the place. */
  readonly skip: number | undefined;
  /** Whether the sink had enough before the end. */
  readonly cutShort: boolean;
  /** How many bytes of the file, as it lies on the disk, were taken so far. */
  readonly position: number;
}

/** What one does between two blocks: write what has gathered. */
export type AfterBlock = (scan: FileScan) => Promise<void> | void;

/**
 * Reads a file's records from the first to the last, or to where the sink has enough. Other work gets its turn after
 * each block.
 * @throws OsirisError for what makes the file as a whole unreadable
 */
export async function scanFile(
  file: InputFile,
  columns: ColumnScan,
  sink: RecordSink,
  { config, dialect, signal }: { config: CsvExtractorConfig; dialect: CsvDialect; signal: AbortSignal },
  afterBlock: AfterBlock = () => undefined,
): Promise<FileScan> {
  const records = await openRecords(file, config, dialect, signal);
  try {
    const { head, reader } = records;
    const scanner = new RecordScanner(dialect, columns, sink, head.line);
    Object.assign(scanner.lineEnds, head.lineEnds);
    for (;;) {
      signal.throwIfAborted();
      const { line } = scanner;
      const used = scanner.scan(reader.bytes, reader.end, reader.last);
      assertEncoded(reader.bytes.subarray(0, used), line, file);
      const ended = reader.last && used >= reader.end;
      const scan = {
        file,
        scanner,
        skip: head.skip,
        cutShort: scanner.done && !ended,
        position: reader.position,
      };
      await afterBlock(scan);
      if (ended || scanner.done) return scan;
      if (!(await reader.advance(used))) throw endlessRecord(file.path, scanner.line);
    }
  } catch (error) {
    throw unpackError(error, file.path, file.format);
  } finally {
    await records.close();
  }
}

/** Whether DuckDB would read the file's records as the scan has read them. */
export function isPlain({ file, scanner, skip, cutShort }: FileScan): boolean {
  const { strayQuotes, skippedLines, blankRecords } = scanner.oddities;
  const { lf, crlf, cr } = scanner.lineEnds;
  const ways = [lf, crlf, cr].filter((count) => count > 0).length;
  const isOdd = strayQuotes || skippedLines || blankRecords || cutShort || scanner.bad > 0 || ways > 1;
  return !isOdd && skip !== undefined && isUtf8Already(file.format.encoding) && !PATTERN.test(file.path);
}
