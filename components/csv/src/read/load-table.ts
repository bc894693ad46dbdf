import { rm } from "node:fs/promises";
import { join } from "node:path";
import { isOsirisError, OsirisError, type CreatedTable, type DriverContext } from "@osiris/core";
import type { ColumnScan } from "./column-scan.ts";
import type { CsvExtractorConfig } from "./config.ts";
import type { CsvDialect } from "./dialect.ts";
import { PlainCopy } from "./plain-copy.ts";
import { lineEndOf, selectFiles, type PlainFile } from "./read-csv.ts";
import type { LineEnds } from "./record-scanner.ts";
import { isPlain, scanFile, type FileScan } from "./scan-file.ts";
import type { CsvFile, DecidedColumn, TableScan } from "./table-scan.ts";

/** What a load needs to know. */
export interface LoadSetup {
  readonly files: readonly CsvFile[];
  readonly config: CsvExtractorConfig;
  readonly dialect: CsvDialect;
  readonly ctx: DriverContext;
}

/** Loads what a scan has read: the files as they are, or copies of those that DuckDB would misread. */
export async function loadTable(scan: TableScan, setup: LoadSetup): Promise<CreatedTable> {
  const columns = scan.decide();
  const copies: string[] = [];
  try {
    const sources: PlainFile[] = [];
    for (const [index, fileScan] of scan.scans.entries()) {
      const file = setup.files[index] as CsvFile;
      const asIs = plainFile(file, columns, fileScan.scanner.lineEnds, setup.config);
      if (isPlain(fileScan)) sources.push(asIs);
      else {
        const path = join(setup.ctx.artifacts, `plain-${index + 1}.csv`);
        copies.push(path);
        await writeCopy(path, file, fileScan, scan.newCheck(file), setup);
        sources.push({ ...asIs, path, compression: "none", quote: '"', newline: "lf", skip: 0 });
      }
    }
    return await setup.ctx.createTableAs(selectColumns(sources, columns, scan.longest, setup.config));
  } catch (error) {
    throw readerError(error);
  } finally {
    await Promise.all(copies.map((copy) => rm(copy, { force: true })));
  }
}

/** What DuckDB's reader says of a file that the scan has found good; other errors come back as they are. */
function readerError(error: unknown): unknown {
  if (!isOsirisError(error) || !/^CSV Error|state machine|Maximum line size/.test(error.message))
    return error;
  return new OsirisError({
    code: "csv.reader_disagrees",
    category: "internal",
    message: `DuckDB cannot read what the check has let through: ${error.message.split("\n").slice(0, 3).join("; ")}`,
    hint: "Please report it, with the file if you can.",
    cause: error,
  });
}

/** The SELECT that gives the table's columns. */
export function selectColumns(
  files: readonly PlainFile[],
  columns: readonly DecidedColumn[],
  longest: number,
  { na_values: nullTexts }: CsvExtractorConfig,
): string {
  return selectFiles(
    files,
    columns.map(({ name }) => name),
    { nullTexts, longest },
  );
}

/** A file that DuckDB can read as it is. */
export function plainFile(
  { file, head, columns }: CsvFile,
  decided: readonly DecidedColumn[],
  lineEnds: LineEnds,
  { delimiter, quote }: CsvExtractorConfig,
): PlainFile {
  const types = new Map(decided.map(({ name, type }) => [name, type]));
  return {
    path: file.path,
    compression: file.format.compression,
    delimiter,
    quote,
    newline: lineEndOf(lineEnds),
    skip: head.skip ?? 0,
    columns: columns.map(({ name }) => ({ name, type: types.get(name) ?? "VARCHAR" })),
  };
}

/** Writes the good records of a file that was checked; `check` tells them from the bad ones once more. */
async function writeCopy(
  path: string,
  { file, columns }: CsvFile,
  checked: FileScan,
  check: ColumnScan,
  { config, dialect, ctx }: LoadSetup,
): Promise<void> {
  const copy = await PlainCopy.create(path, dialect, columns.length, checked.scanner.records);
  try {
    await scanFile(file, check, copy, { config, dialect, signal: ctx.signal }, () => copy.flush());
  } finally {
    await copy.close();
  }
}
