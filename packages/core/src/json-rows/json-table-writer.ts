import type { Column, JsonRow, JsonTableOptions, JsonTableWriter } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import type { RunDatabase } from "../run-database/run-database.ts";
import { JsonText } from "./json-cell.ts";
import { JsonKeys } from "./json-keys.ts";
import { RowReader, type RowCells } from "./row-reader.ts";
import { StagedRows } from "./staged-rows.ts";
import type { Report } from "./schema-report.ts";
import { makeTypedTable } from "./typed-table.ts";

/** The first rows decide how the others are staged: so many of them, or of so many bytes, roughly. */
const SAMPLE_ROWS = 2048;
const SAMPLE_BYTES = 4 * 1024 * 1024;
const CELL_BYTES = 16;
const DEFAULT_MAX_COLUMNS = 1000;

export interface JsonTableTarget {
  readonly table: string;
  /** Where the typed table is made. */
  readonly stagingTable: string;
  /** Where rows are staged until their types are known. */
  readonly rowsTable: string;
}

/** Rows of JSON -> staging table -> the types that all rows together have -> typed table. */
export class StagedJsonWriter implements JsonTableWriter {
  readonly table: string;
  readonly #database: RunDatabase;
  readonly #signal: AbortSignal | undefined;
  readonly #target: JsonTableTarget;
  readonly #onTypeChange: "widen" | "fail";
  readonly #report: Report;
  readonly #keys: JsonKeys;
  readonly #reader: RowReader;
  #sample: RowCells[] | undefined = [];
  #sampleBytes = 0;
  #staged: StagedRows | undefined;
  #rows = 0;
  #state: "open" | "busy" | "closed" | "failed" = "open";
  /** The first error: rows are missing from here on, whoever has caught it. */
  #failure: { readonly error: unknown } | undefined;

  constructor(
    database: RunDatabase,
    signal: AbortSignal | undefined,
    target: JsonTableTarget,
    options: JsonTableOptions,
    report: Report,
  ) {
    const { columns = [], onTypeChange = "widen", maxColumns = DEFAULT_MAX_COLUMNS } = options;
    this.table = target.table;
    this.#database = database;
    this.#signal = signal;
    this.#target = target;
    this.#onTypeChange = onTypeChange;
    this.#report = report;
    this.#keys = new JsonKeys(columns.map(upperCaseType), maxColumns);
    this.#reader = new RowReader(target.table, this.#keys);
  }

  get rows(): number {
    return this.#rows;
  }

  append(rows: readonly JsonRow[]): Promise<void> {
    return this.#exclusively("append", async () => {
      for (const row of rows) {
        const cells = this.#reader.read(row, this.#rows + 1);
        if (this.#sample === undefined) this.#staged?.append(cells);
        else if (this.#addToSample(this.#sample, cells)) await this.#endSample(this.#sample);
        this.#rows += 1;
      }
    });
  }

  async close(): Promise<void> {
    if (this.#state === "closed") return;
    if (this.#failure !== undefined) throw this.#failure.error;
    await this.#exclusively("close", async () => {
      if (this.#sample !== undefined) await this.#endSample(this.#sample);
      this.#staged?.close();
      await makeTypedTable({
        database: this.#database,
        signal: this.#signal,
        target: this.#target,
        layout: (this.#staged as StagedRows).layout,
        keys: this.#keys.all,
        onTypeChange: this.#onTypeChange,
        report: this.#report,
      });
    });
    this.#state = "closed";
  }

  /** Gives up what is under way. What has been staged stays until it is dropped. */
  abandon(): void {
    this.#state = "failed";
    this.#sample = undefined;
    this.#staged?.close();
  }

  /** True when the sample is complete. */
  #addToSample(sample: RowCells[], { keys, cells, sameKeys, extra }: RowCells): boolean {
    sample.push({ keys: [...keys], cells: [...cells], sameKeys, extra });
    this.#sampleBytes += extra.length;
    for (const cell of cells) {
      const text = cell instanceof JsonText ? cell.text : cell;
      this.#sampleBytes += CELL_BYTES + (typeof text === "string" ? text.length : 0);
    }
    return sample.length >= SAMPLE_ROWS || this.#sampleBytes >= SAMPLE_BYTES;
  }

  async #endSample(sample: readonly RowCells[]): Promise<void> {
    const names = { table: this.table, stagingTable: this.#target.rowsTable };
    const staged = await StagedRows.create(this.#database, this.#signal, names, this.#keys.all, sample);
    if (this.#state === "failed") {
      staged.close();
      throw this.#notOpen("append");
    }
    this.#staged = staged;
    this.#sample = undefined;
    for (const cells of sample) staged.append(cells);
  }

  async #exclusively(call: string, task: () => Promise<void>): Promise<void> {
    if (this.#state !== "open") throw this.#notOpen(call);
    this.#state = "busy";
    try {
      await task();
      if (this.#state === "busy") this.#state = "open";
    } catch (error) {
      this.#state = "failed";
      this.#failure ??= { error };
      throw error;
    }
  }

  #notOpen(call: string): OsirisError {
    const why = {
      open: "",
      busy: "before the last call had come back: await it",
      closed: "after the writer was closed",
      failed: "after the writer was broken by an earlier error",
    }[this.#state];
    return new OsirisError({
      code: "table.writer_closed",
      category: "internal",
      message: `Table "${this.table}": ${call}() was called ${why}`,
    });
  }
}

function upperCaseType({ name, type }: Column): Column {
  return { name, type: type.toUpperCase() };
}
