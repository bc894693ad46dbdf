import type { Column, DriverContext, RejectWriter } from "@osiris/core";
import { CheckSink } from "./check-sink.ts";
import { ColumnScan, type ColumnRule, type ColumnState } from "./column-scan.ts";
import { typeOf, type CsvExtractorConfig } from "./config.ts";
import { declaredType } from "./declared-type.ts";
import type { CsvDialect } from "./dialect.ts";
import type { InputFile } from "./find-files.ts";
import { inferredType, merge } from "./inference.ts";
import { FORM } from "./value-forms.ts";
import type { FileHead } from "./open-records.ts";
import { scanFile, type FileScan } from "./scan-file.ts";
import type { NamedColumn } from "./table-columns.ts";

/** A file, and what its head says. */
export interface CsvFile {
  readonly file: InputFile;
  readonly head: FileHead;
  readonly columns: readonly NamedColumn[];
}

/** A column of the table, and why it is of its type. */
export interface DecidedColumn extends Column {
  readonly reason: string;
}

const NOTHING_SEEN: ColumnState = { form: FORM.none, whole: 0, fraction: 0, huge: false };

/** Checks all values of all files, and finds the types of the columns that have none. */
export class TableScan {
  readonly scans: FileScan[] = [];
  readonly #files: readonly CsvFile[];
  readonly #names: readonly string[];
  readonly #config: CsvExtractorConfig;
  readonly #dialect: CsvDialect;
  readonly #ctx: DriverContext;
  /** By file; the last is the one that is being read. */
  readonly #columns: ColumnScan[] = [];

  /** @param names the table's columns */
  constructor(
    files: readonly CsvFile[],
    names: readonly string[],
    config: CsvExtractorConfig,
    dialect: CsvDialect,
    ctx: DriverContext,
  ) {
    this.#files = files;
    this.#names = names;
    this.#config = config;
    this.#dialect = dialect;
    this.#ctx = ctx;
  }

  /**
   * Reads the files from beginning to end, as far as the limit goes.
   * @param afterBlock is called now and then, with the scan of the file that is being read
   */
  async run(rejects: RejectWriter | undefined, afterBlock: (scan: FileScan) => void): Promise<void> {
    const { limit = Infinity } = this.#config;
    const { totalBytes } = this;
    const setup = { config: this.#config, dialect: this.#dialect, signal: this.#ctx.signal };
    for (const { file, columns } of this.#files) {
      const left = limit - this.records;
      if (left <= 0) return;
      const check = this.newCheck({ columns });
      this.#columns.push(check);
      const sink = new CheckSink({ path: file.path, columns }, rejects, left);
      const before = { rows: this.records, bytes: this.#bytes };
      const tell = (scan: FileScan): void => {
        const rows = before.rows + scan.scanner.records;
        this.#ctx.progress({ rows, bytes: before.bytes + scan.position, totalBytes });
        afterBlock(scan);
      };
      this.scans.push(await scanFile(file, check, sink, setup, tell));
    }
  }

  /** What tells good records of a file from bad ones. */
  newCheck({ columns }: Pick<CsvFile, "columns">): ColumnScan {
    return new ColumnScan(this.#rules(columns), new Set(this.#config.na_values));
  }

  /** Bytes of all files, as they lie on the disk. */
  get totalBytes(): number {
    return this.#files.reduce((sum, { file }) => sum + file.bytes, 0);
  }

  get #bytes(): number {
    return this.scans.reduce((sum, { file }) => sum + file.bytes, 0);
  }

  /** Good records of the files that were read. */
  get records(): number {
    return this.scans.reduce((sum, { scanner }) => sum + scanner.records, 0);
  }

  /** Bytes of the longest record. */
  get longest(): number {
    return this.scans.reduce((longest, { scanner }) => Math.max(longest, scanner.longest), 0);
  }

  /** The columns, as far as the values that were read decide them. */
  decide(): readonly DecidedColumn[] {
    const states = this.#states();
    return this.#names.map((name) => {
      const declared = typeOf(name, this.#config);
      if (declared !== undefined) return { name, type: declared, reason: this.#whyDeclared(name) };
      return { name, ...inferredType(states.get(name) ?? NOTHING_SEEN) };
    });
  }

  #whyDeclared(name: string): string {
    return Object.hasOwn(this.#config.dtype, name) ? "declared in dtype" : "infer_types is off";
  }

  /** What all files that were read know of their columns. */
  #states(): ReadonlyMap<string, ColumnState> {
    const states = new Map<string, ColumnState>();
    this.#columns.forEach((scan, index) => {
      this.#files[index]?.columns.forEach(({ name }, column) => {
        const state = scan.state(column);
        const before = states.get(name);
        states.set(name, before === undefined ? state : merge(before, state));
      });
    });
    return states;
  }

  #rules(columns: readonly NamedColumn[]): readonly ColumnRule[] {
    const { parse_dates } = this.#config;
    const wanted = new Set(this.#names);
    return columns.map(({ name }) => {
      const type = wanted.has(name) ? typeOf(name, this.#config) : "VARCHAR";
      const dates = typeof parse_dates === "boolean" ? parse_dates : parse_dates.includes(name);
      return { dates, ...(type === undefined ? {} : { declared: declaredType(type) }) };
    });
  }
}
