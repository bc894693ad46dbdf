import type { Column, JsonCloseOptions, JsonRow, JsonTableWriter } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import type { TableSnapshot } from "../run-database/checkpoint-book.ts";
import type { RunDatabase } from "../run-database/run-database.ts";
import { assertUniqueNames } from "../run-database/table-checks.ts";
import { JsonText } from "./json-cell.ts";
import { JsonKeys } from "./json-keys.ts";
import type { JsonSettings } from "./json-settings.ts";
import type { JsonSnapshot } from "./json-snapshot.ts";
import { RowReader, type RowCells } from "./row-reader.ts";
import { StagedRows } from "./staged-rows.ts";
import type { Report } from "./schema-report.ts";
import { makeTypedTable } from "./typed-table.ts";

/** The first rows decide how the others are staged: so many of them, or of so many bytes, roughly. */
const SAMPLE_ROWS = 2048;
const SAMPLE_BYTES = 4 * 1024 * 1024;
const CELL_BYTES = 16;

export interface JsonTableTarget {
  readonly table: string;
  /** Where the typed table is made. */
  readonly stagingTable: string;
  /** Where rows are staged until their types are known. */
  readonly rowsTable: string;
}

/** What a writer works with. */
export interface JsonTableScope {
  readonly database: RunDatabase;
  readonly signal: AbortSignal | undefined;
  readonly target: JsonTableTarget;
  readonly report: Report;
}

/** Rows of JSON -> staging table -> the types that all rows together have -> typed table. */
export class StagedJsonWriter implements JsonTableWriter {
  readonly table: string;
  readonly settings: JsonSettings;
  readonly #scope: JsonTableScope;
  readonly #keys: JsonKeys;
  readonly #reader: RowReader;
  #sample: RowCells[] | undefined = [];
  #sampleBytes = 0;
  #staged: StagedRows | undefined;
  #rows = 0;
  /** A checkpoint may have the staged rows. */
  #saved = false;
  /** Of the typed table, once it is made. */
  #columns: readonly Column[] | undefined;
  #state: "open" | "busy" | "closed" | "failed" = "open";
  /** The first error: rows are missing from here on, whoever has caught it. */
  #failure: { readonly error: unknown } | undefined;

  constructor(scope: JsonTableScope, settings: JsonSettings, keys?: JsonKeys) {
    this.table = scope.target.table;
    this.settings = settings;
    this.#scope = scope;
    this.#keys = keys ?? JsonKeys.declared(settings.columns, settings.maxColumns);
    this.#reader = new RowReader(this.table, this.#keys);
  }

  /** Goes on after the rows of a snapshot, which the staging table has. */
  static async resume(
    scope: JsonTableScope,
    { settings, keys, layout }: JsonSnapshot,
    rows: number,
  ): Promise<StagedJsonWriter> {
    const restored = JsonKeys.restored(keys, settings.maxColumns);
    const writer = new StagedJsonWriter(scope, settings, restored);
    if (layout === undefined) return writer;
    const { database, signal, target } = scope;
    writer.#staged = await StagedRows.open(database, signal, target.table, restored.all, layout, rows);
    writer.#sample = undefined;
    writer.#rows = rows;
    writer.#saved = true;
    return writer;
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

  async close(options: JsonCloseOptions = {}): Promise<void> {
    if (this.#state === "closed") return;
    if (this.#failure !== undefined) throw this.#failure.error;
    const { columns = [] } = options;
    assertUniqueNames(columns);
    await this.#exclusively("close", async () => {
      if (this.#sample !== undefined) await this.#endSample(this.#sample);
      this.#staged?.close();
      this.#columns = await makeTypedTable({
        ...this.#scope,
        layout: (this.#staged as StagedRows).layout,
        keys: this.#keys.all,
        first: columns,
        onTypeChange: this.settings.onTypeChange,
        keepRows: this.#saved,
      });
    });
    this.#state = "closed";
  }

  /** A call to it has not come back. */
  get isBusy(): boolean {
    return this.#state === "busy";
  }

  /** Commits the rows so far, and says what they are. */
  async snapshot(): Promise<TableSnapshot> {
    const { table, settings } = this;
    if (this.#columns !== undefined) return { table, rows: this.#rows, columns: this.#columns };
    if (this.#failure !== undefined) throw this.#failure.error;
    await this.#exclusively("checkpoint", async () => {
      if (this.#sample !== undefined && this.#rows > 0) await this.#endSample(this.#sample);
      this.#staged?.commit();
    });
    this.#saved = true;
    // Copies, because a key gets its column later.
    const keys = this.#keys.all.map((key) => ({ ...key }));
    const layout = this.#staged === undefined ? {} : { layout: this.#staged.layout };
    return { table, rows: this.#rows, columns: settings.columns, json: { settings, keys, ...layout } };
  }

  /** Gives up what is under way. What has been staged stays until it is dropped. */
  abandon(): void {
    this.#state = "failed";
    this.#sample = undefined;
    this.#staged?.abandon();
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
    const { database, signal, target } = this.#scope;
    const names = { table: this.table, stagingTable: target.rowsTable };
    const staged = await StagedRows.create(database, signal, names, this.#keys.all, sample);
    if (this.#state === "failed") {
      staged.abandon();
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
