import type {
  Column,
  CreatedTable,
  JsonTableOptions,
  JsonTableWriter,
  JsonValue,
  RejectWriter,
  TableAsOptions,
  TableOptions,
  TableWriter,
} from "../contract.ts";
import { OsirisError } from "../errors.ts";
import { quoteIdentifier, tableName } from "../identifiers.ts";
import { closedJsonWriter } from "../json-rows/closed-json-writer.ts";
import { jsonSettings } from "../json-rows/json-settings.ts";
import { StagedJsonWriter, type JsonTableScope } from "../json-rows/json-table-writer.ts";
import type { Report } from "../json-rows/schema-report.ts";
import { CheckpointBook, type Checkpoint } from "./checkpoint-book.ts";
import type { GuardedConnection } from "./connection.ts";
import { createTableAs } from "./create-table-as.ts";
import { publishStatements } from "./publish-statements.ts";
import { receiptStatements } from "./receipts.ts";
import { REJECTS, REJECTS_COLUMNS, rejectWriter } from "./rejects.ts";
import { cutToCheckpoint, dropBeyond, dropStaging } from "./restore-staging.ts";
import type { RunDatabase } from "./run-database.ts";
import { assertSameShape, columnsShape, jsonShape } from "./same-shape.ts";
import { makeTable, openTable, RestingTable, shapeOf, type StagedTable } from "./staged-table.ts";
import { rowsName, stagedNames, staging, stagingName } from "./staging.ts";
import { assertColumns, assertOutput, misuse } from "./table-checks.ts";

export interface StepTablesOptions {
  /** Interrupts what the step's tables do. */
  readonly signal?: AbortSignal;
  /** Is told how the types of JSON rows were decided. @default nobody is */
  readonly report?: Report;
  /**
   * Says what is being made: an attempt goes on after the checkpoint that one of the same identity has left.
   * @default it begins anew
   */
  readonly identity?: string;
}

const SILENT: Report = { log: () => undefined, event: () => undefined };

/**
 * The tables of one attempt at a step: made under a staging name, filled in short transactions, published together in
 * one. A checkpoint keeps what was staged up to it for the next attempt.
 */
export class StepTables {
  /** The state of the checkpoint after which this attempt goes on; undefined when it begins anew. */
  readonly resumed: JsonValue | undefined;
  /** The tables of that checkpoint, with their rows. */
  readonly kept: readonly { readonly table: string; readonly rows: number }[];
  readonly #database: RunDatabase;
  readonly #stepId: string;
  readonly #signal: AbortSignal | undefined;
  readonly #report: Report;
  readonly #book: CheckpointBook;
  /** All tables of the step by name, in order; undefined while one is being made. */
  readonly #tables = new Map<string, StagedTable | undefined>();
  /** Those that this attempt has created or opened again. */
  readonly #claimed = new Set<string>();
  #checkpointing: Promise<number> | undefined;

  private constructor(
    database: RunDatabase,
    stepId: string,
    { signal, report = SILENT }: StepTablesOptions,
    book: CheckpointBook,
  ) {
    this.resumed = book.last && (JSON.parse(book.last.state) as JsonValue);
    this.kept = (book.last?.tables ?? []).map(({ table, rows }) => ({ table, rows }));
    this.#database = database;
    this.#stepId = stepId;
    this.#signal = signal;
    this.#report = report;
    this.#book = book;
  }

  /**
   * Begins an attempt at a step: with the rows of its last checkpoint and no others, or with nothing.
   * @throws OsirisError `checkpoint.incomplete` when rows of the checkpoint are missing
   */
  static async open(
    database: RunDatabase,
    stepId: string,
    options: StepTablesOptions = {},
  ): Promise<StepTables> {
    const book = await CheckpointBook.open(database, stepId, options.identity);
    const tables = new StepTables(database, stepId, options, book);
    if (book.last === undefined) await dropStaging(database, stepId);
    else await tables.#restore(book.last);
    return tables;
  }

  async #restore(checkpoint: Checkpoint): Promise<void> {
    await cutToCheckpoint(checkpoint, this.#database, this.#stepId, this.#signal);
    for (const snapshot of checkpoint.tables) {
      const { table, rows, json } = snapshot;
      const staged =
        json === undefined
          ? new RestingTable(snapshot)
          : await StagedJsonWriter.resume(this.#jsonScope(table), json, rows);
      this.#tables.set(table, staged);
    }
  }

  async create(columns: readonly Column[], options: TableOptions = {}): Promise<TableWriter> {
    assertColumns(columns, this.#stepId);
    await this.#database.assertTypes(columns);
    return this.#open(this.#claim(options.output), columns);
  }

  async openRejects(): Promise<RejectWriter> {
    return rejectWriter(await this.#open(this.#claimTable(REJECTS), REJECTS_COLUMNS));
  }

  async #open(table: string, columns: readonly Column[]): Promise<TableWriter> {
    const earlier = this.#tables.get(table);
    if (earlier === undefined) await makeTable(table, columns, this.#database);
    else assertSameShape(table, shapeOf(earlier), columnsShape(columns));
    const connect = (): Promise<GuardedConnection> => this.#database.connect(this.#signal);
    const writer = await openTable(table, columns, earlier?.rows ?? 0, connect);
    this.#tables.set(table, writer);
    return writer;
  }

  createJson(options: JsonTableOptions): JsonTableWriter {
    const settings = jsonSettings(options);
    if (settings.columns.length > 0) assertColumns(settings.columns, this.#stepId);
    const table = this.#claim(options.output);
    const earlier = this.#tables.get(table);
    if (earlier instanceof RestingTable) return closedJsonWriter(table, earlier.rows);
    if (earlier instanceof StagedJsonWriter) {
      assertSameShape(table, jsonShape(earlier.settings), jsonShape(settings));
      return earlier;
    }
    const writer = new StagedJsonWriter(this.#jsonScope(table), settings);
    this.#tables.set(table, writer);
    return writer;
  }

  #jsonScope(table: string): JsonTableScope {
    const target = { table, stagingTable: stagingName(table), rowsTable: rowsName(table) };
    return { database: this.#database, signal: this.#signal, target, report: this.#report };
  }

  async createAs(
    select: string,
    options: TableAsOptions,
    connect: () => Promise<GuardedConnection>,
  ): Promise<CreatedTable> {
    let claimed: string | undefined;
    try {
      const made = await createTableAs(select, options, this.#database, async () => {
        claimed = this.#claim(options.output);
        await this.#makeAnew(claimed);
        return { table: claimed, connection: await connect() };
      });
      this.#tables.set(made.table, new RestingTable(made));
      return made;
    } catch (error) {
      // Nothing was made, so the driver may try again.
      if (claimed !== undefined) {
        this.#tables.delete(claimed);
        this.#claimed.delete(claimed);
      }
      throw error;
    }
  }

  /** What another statement might have made of the same table, the checkpoint must not count as this one's rows. */
  async #makeAnew(table: string): Promise<void> {
    const earlier = this.#tables.get(table);
    if (earlier === undefined) return;
    // One that is under way still counts the table.
    await Promise.allSettled([this.#checkpointing]);
    earlier.abandon();
    this.#tables.set(table, undefined);
    await this.#book.leaveOut(table);
  }

  /**
   * Commits all rows so far, and that they belong to `state`, a text of `stateText()`. It replaces the checkpoint
   * before. Tables that are still being made do not belong to it.
   * @returns how many rows that are
   * @throws OsirisError `checkpoint.busy`, or what has made a table incomplete
   */
  async checkpoint(state: string): Promise<number> {
    this.#assertIdle();
    const saving = this.#saveCheckpoint(state);
    this.#checkpointing = saving;
    try {
      return await saving;
    } finally {
      this.#checkpointing = undefined;
    }
  }

  async #saveCheckpoint(state: string): Promise<number> {
    // All of them at once and now: no row may come in of which the state does not know.
    const snapshots = [...this.#tables.values()].map(async (table) => table?.snapshot());
    const tables = (await Promise.all(snapshots)).filter((snapshot) => snapshot !== undefined);
    await this.#book.save({ state, tables });
    return tables.reduce((sum, { rows }) => sum + rows, 0);
  }

  #assertIdle(): void {
    const busy = [...this.#tables.values()].find(
      (table) => table instanceof StagedJsonWriter && table.isBusy,
    );
    if (busy === undefined && this.#checkpointing === undefined) return;
    throw new OsirisError({
      code: "checkpoint.busy",
      category: "internal",
      message: `Step "${this.#stepId}": ctx.checkpoint() was called before ${busy === undefined ? "the one before" : "a call to a JSON table"} had come back`,
      hint: "Await each call.",
    });
  }

  /** Rows in its tables so far, rejects left out; undefined when no row passes through JavaScript. */
  get rows(): number | undefined {
    const rejects = tableName(this.#stepId, REJECTS);
    const filled = [...this.#tables].filter(
      ([name, table]) => name !== rejects && table !== undefined && !(table instanceof RestingTable),
    );
    return filled.length === 0 ? undefined : filled.reduce((sum, [, table]) => sum + (table?.rows ?? 0), 0);
  }

  /** Closes the writers and says what the step has made. No row is added after this. */
  async seal(): Promise<readonly CreatedTable[]> {
    await this.#checkpointing;
    for (const table of this.#tables.values()) await table?.close();
    const sealed: CreatedTable[] = [];
    for (const table of this.#tables.keys()) {
      sealed.push({ table, ...(await this.#database.describe(stagingName(table))) });
    }
    return sealed;
  }

  /**
   * Publishes the sealed tables, or records that the step made none, in one transaction with the step's receipt; with it
   * the checkpoint ends. Afterwards each is complete under its own name; before it, and after a crash at any point, the
   * old one or none is there.
   */
  async publish(sealed: readonly CreatedTable[], receipt: JsonValue = null): Promise<void> {
    const names = new Set(sealed.map(({ table }) => stagingName(table)));
    const leftovers = (await stagedNames(this.#database, this.#stepId)).filter((name) => !names.has(name));
    const rejects = tableName(this.#stepId, REJECTS);
    // A copy that an attempt which failed has left.
    if (!sealed.some(({ table }) => table === rejects)) leftovers.push(rejects);
    await this.#database.inTransaction([
      ...publishStatements(this.#stepId, sealed, leftovers),
      ...receiptStatements(this.#stepId, receipt),
    ]);
    this.#tables.clear();
  }

  /** Publishes a copy of what a step that failed has rejected so far: it may say why it failed. */
  async publishRejects(): Promise<void> {
    const rejects = tableName(this.#stepId, REJECTS);
    const staged = this.#tables.get(rejects);
    await staged?.close();
    if (staged === undefined || staged.rows === 0) return;
    const name = `main.${quoteIdentifier(rejects)}`;
    await this.#database.inTransaction([
      { sql: `CREATE OR REPLACE TABLE ${name} AS FROM ${staging(rejects)}` },
    ]);
  }

  /** Drops what was staged, but for what belongs to a checkpoint. Published tables are not touched. */
  async discard(): Promise<void> {
    // Here as below: the failure that brought us here is the one to report.
    await Promise.allSettled([this.#checkpointing]);
    for (const table of this.#tables.values()) {
      try {
        table?.abandon();
      } catch {
        // Its rows are being thrown away.
      }
    }
    this.#tables.clear();
    const { last } = this.#book;
    if (last === undefined) await dropStaging(this.#database, this.#stepId);
    else await dropBeyond(last, this.#database, this.#stepId);
  }

  #claim(output: string | undefined): string {
    assertOutput(output);
    return this.#claimTable(output);
  }

  #claimTable(output: string | undefined): string {
    const table = tableName(this.#stepId, output);
    if (this.#claimed.has(table))
      throw misuse(`the table "${table}" was created twice in one run of the step`);
    this.#claimed.add(table);
    if (!this.#tables.has(table)) this.#tables.set(table, undefined);
    return table;
  }
}
