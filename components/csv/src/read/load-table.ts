import { join } from "node:path";
import { rm, stat } from "node:fs/promises";
import { OsirisError, type CreatedTable, type DriverContext } from "@osiris/core";
import type { ColumnScan } from "./column-scan.ts";
import type { CsvExtractorConfig } from "./config.ts";
import type { CsvDialect } from "./dialect.ts";
import { PlainCopy } from "./plain-copy.ts";
import { selectFiles, type PlainFile } from "./read-csv.ts";
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
    const plain: PlainFile[] = [];
    for (const [index, fileScan] of scan.scans.entries()) {
      const file = setup.files[index] as CsvFile;
      const copy = isPlain(fileScan) ? undefined : join(setup.ctx.artifacts, `plain-${index + 1}.csv`);
      if (copy !== undefined) {
        copies.push(copy);
        await writeCopy(copy, file, fileScan, scan.newCheck(file), setup);
      }
      plain.push(plainFile(file, columns, setup.config, copy));
    }
    return await createTable(plain, columns, scan.longest, setup);
  } finally {
    await Promise.all(copies.map((copy) => rm(copy, { force: true })));
  }
}

/**
 * Begins to load before the last value has been seen, with the types of the values so far: both take their time, and
 * nearly always the guess is right. The table is made only when the scan has come to its end and agrees.
 */
export class EarlyLoad {
  readonly #table: Promise<CreatedTable>;
  readonly #verdict: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #columns: readonly DecidedColumn[];

  constructor(columns: readonly DecidedColumn[], setup: LoadSetup) {
    this.#columns = columns;
    const plain = setup.files.map((file) => plainFile(file, columns, setup.config));
    this.#table = createTable(plain, columns, 0, setup, this.#verdict.promise);
    // Whoever waits for it may not be waiting yet.
    this.#table.catch(() => undefined);
  }

  /** @returns the table, when all that was guessed turned out to be so; undefined when it has to be loaded again */
  async settle(scan: TableScan, setup: LoadSetup): Promise<CreatedTable | undefined> {
    const decided = JSON.stringify(scan.decide().map(({ type }) => type));
    const guessed = JSON.stringify(this.#columns.map(({ type }) => type));
    if (decided !== guessed || !scan.scans.every(isPlain) || scan.scans.length < setup.files.length) {
      await this.drop();
      return undefined;
    }
    this.#verdict.resolve();
    try {
      return await this.#table;
    } catch (error) {
      setup.ctx.signal.throwIfAborted();
      // The second attempt knows more: how long records are. If it fails as well, that failure is the one to report.
      setup.ctx.log("debug", `The first attempt to load failed: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  /** Makes nothing of it. Resolves when DuckDB has stopped. */
  async drop(): Promise<void> {
    this.#verdict.reject(new Error("the guess was wrong"));
    await this.#table.catch(() => undefined);
  }
}

/** @throws OsirisError when the files are not what the scan has read */
export async function assertUnchanged(table: CreatedTable, scan: TableScan): Promise<void> {
  for (const { file } of scan.scans) {
    const { size, mtimeMs } = await stat(file.path);
    if (size === file.bytes && mtimeMs === file.modified) continue;
    throw new OsirisError({
      code: "csv.file_changed",
      category: "external",
      retryable: true,
      message: `${file.path} was changed while it was read`,
      hint: "Run the pipeline when whoever writes the file has finished.",
    });
  }
  if (table.rows === scan.records) return;
  throw new OsirisError({
    code: "csv.count_mismatch",
    category: "internal",
    message: `DuckDB read ${table.rows} records where there are ${scan.records}: ${scan.scans.map(({ file }) => file.path).join(", ")}`,
    hint: "Please report it, with the file if you can.",
  });
}

function createTable(
  files: readonly PlainFile[],
  columns: readonly DecidedColumn[],
  longest: number,
  { config, ctx }: LoadSetup,
  provided?: Promise<void>,
): Promise<CreatedTable> {
  const names = columns.map(({ name }) => name);
  const select = selectFiles(files, names, { nullTexts: config.na_values, longest });
  return ctx.createTableAs(select, provided === undefined ? {} : { provided });
}

/** @param copy the plain copy to be read in the file's place */
function plainFile(
  { file, head, columns }: CsvFile,
  decided: readonly DecidedColumn[],
  { delimiter, quote }: CsvExtractorConfig,
  copy?: string,
): PlainFile {
  const types = new Map(decided.map(({ name, type }) => [name, type]));
  const typed = columns.map(({ name }) => ({ name, type: types.get(name) ?? "VARCHAR" }));
  return copy === undefined
    ? { path: file.path, compression: file.format.compression, delimiter, quote, skip: head.skip ?? 0, columns: typed }
    : { path: copy, compression: "none", delimiter, quote: '"', skip: 0, columns: typed };
}

/** Writes the good records of a file that was checked; `check` tells them from the bad ones once more. */
async function writeCopy(
  path: string,
  { file, columns }: CsvFile,
  checked: FileScan,
  check: ColumnScan,
  setup: LoadSetup,
): Promise<void> {
  const { config, dialect, ctx } = setup;
  const copy = await PlainCopy.create(path, dialect, columns.length, checked.scanner.records);
  try {
    await scanFile(file, check, copy, { config, dialect, signal: ctx.signal }, () => copy.flush());
  } finally {
    await copy.close();
  }
}
