import type {
  Column,
  CreatedTable,
  JsonTableOptions,
  JsonTableWriter,
  RejectWriter,
  SqlParams,
  TableAsOptions,
  TableOptions,
  TableWriter,
} from "../contract.ts";
import { OsirisError } from "../errors.ts";
import { foldCase, quoteIdentifier, tableName } from "../identifiers.ts";
import type { GuardedConnection } from "./connection.ts";
import { StagedJsonWriter } from "../json-rows/json-table-writer.ts";
import type { Report } from "../json-rows/schema-report.ts";
import type { RunDatabase } from "./run-database.ts";
import { ColumnarTableWriter } from "./table-writer.ts";

/** The output that holds what a step leaves out. */
export const REJECTS = "rejects";

const REJECTS_COLUMNS: readonly Column[] = [
  { name: "row", type: "JSON" },
  { name: "reason", type: "VARCHAR" },
  { name: "source", type: "VARCHAR" },
  { name: "line", type: "BIGINT" },
];

const OUTPUT_NAME = /^[a-z][a-z0-9_]{0,62}$/;

/**
 * The tables of one step on their way: made under a staging name, filled in short transactions, published together
 * in one. Step ids start with a letter, so no published table can have a staging table's name.
 */
export class StepTables {
  readonly #database: RunDatabase;
  readonly #stepId: string;
  readonly #signal: AbortSignal | undefined;
  readonly #staged = new Set<string>();
  readonly #writers: ColumnarTableWriter[] = [];
  readonly #jsonWriters: StagedJsonWriter[] = [];

  constructor(database: RunDatabase, stepId: string, signal?: AbortSignal) {
    this.#database = database;
    this.#stepId = stepId;
    this.#signal = signal;
  }

  async create(columns: readonly Column[], options: TableOptions = {}): Promise<TableWriter> {
    assertColumns(columns, this.#stepId);
    await this.#database.assertTypes(columns);
    return this.#open(this.#claim(options.output), columns);
  }

  async #open(table: string, columns: readonly Column[]): Promise<TableWriter> {
    const definition = columns.map((column) => `${quoteIdentifier(column.name)} ${column.type}`).join(", ");
    await this.#database.inTransaction([
      { sql: `CREATE OR REPLACE TABLE ${staging(table)} (${definition})` },
    ]);
    const connection = await this.#database.connect(this.#signal);
    try {
      const target = { table, stagingTable: stagingName(table) };
      const writer = await ColumnarTableWriter.open(target, columns, connection);
      this.#writers.push(writer);
      return writer;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  createJson(options: JsonTableOptions, report: Report): JsonTableWriter {
    const { columns = [], maxColumns = 1, onTypeChange = "widen" } = options;
    // Drivers may be written in JavaScript.
    if (!["widen", "fail"].includes(onTypeChange)) throw misuse(`onTypeChange cannot be "${onTypeChange}"`);
    if (columns.length > 0) assertColumns(columns, this.#stepId);
    if (!Number.isSafeInteger(maxColumns) || maxColumns < 1)
      throw misuse("maxColumns is not a whole number from 1");
    const table = this.#claim(options.output);
    const target = { table, stagingTable: stagingName(table), rowsTable: rowsName(table) };
    const writer = new StagedJsonWriter(this.#database, this.#signal, target, options, report);
    this.#jsonWriters.push(writer);
    return writer;
  }

  async createAs(
    select: string,
    options: TableAsOptions,
    connect: () => Promise<GuardedConnection>,
  ): Promise<CreatedTable> {
    const refusals: unknown[] = [];
    let connection: GuardedConnection | undefined;
    // Before anything is awaited: it may reject at once, and somebody must listen.
    const provided = options.provided?.catch((reason: unknown) => {
      refusals.push(reason);
      // What runs on it is interrupted.
      connection?.close();
    });
    const table = this.#claim(options.output);
    try {
      connection = await connect();
      if (refusals.length > 0) throw refusals[0];
      await connection.run(`CREATE OR REPLACE TABLE ${staging(table)} AS\n${select}`, options.params);
      await provided;
      if (refusals.length > 0) throw refusals[0];
      return { table, ...(await this.#database.describe(stagingName(table))) };
    } catch (error) {
      await connection?.ended();
      if (refusals.length > 0) await this.#drop([stagingName(table)]);
      // Nothing was made, so the driver may try again.
      this.#staged.delete(table);
      throw refusals.length > 0 ? refusals[0] : error;
    } finally {
      connection?.close();
    }
  }

  async openRejects(): Promise<RejectWriter> {
    const writer = await this.#open(this.#claimTable(REJECTS), REJECTS_COLUMNS);
    return {
      get rows() {
        return writer.rows;
      },
      add: ({ row, ...where }) => writer.append({ row: JSON.stringify(row, readable), ...where }),
    };
  }

  /** Rows appended so far, rejects left out; undefined when no row passes through JavaScript. */
  get rows(): number | undefined {
    const rejects = tableName(this.#stepId, REJECTS);
    const writers = [...this.#writers, ...this.#jsonWriters].filter(({ table }) => table !== rejects);
    return writers.length === 0 ? undefined : writers.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Closes the writers and says what the step has made. No row is added after this. */
  async seal(): Promise<readonly CreatedTable[]> {
    for (const writer of this.#writers) writer.close();
    for (const writer of this.#jsonWriters) await writer.close();
    const sealed: CreatedTable[] = [];
    for (const table of this.#staged) {
      sealed.push({ table, ...(await this.#database.describe(stagingName(table))) });
    }
    return sealed;
  }

  /**
   * Publishes the sealed tables, or records that the step made none, in one transaction. Afterwards each is complete
   * under its own name; before it, and after a crash at any point, the old one or none is there.
   */
  async publish(sealed: readonly CreatedTable[]): Promise<void> {
    await this.#database.inTransaction(publishStatements(this.#stepId, sealed));
    this.#staged.clear();
  }

  /** Drops what was staged. Published tables are not touched. */
  async discard(): Promise<void> {
    const closings = [
      ...this.#writers.map((writer) => () => writer.close()),
      ...this.#jsonWriters.map((writer) => () => writer.abandon()),
    ];
    for (const close of closings) {
      try {
        close();
      } catch {
        // The rows are being thrown away; the failure that brought us here is the one to report.
      }
    }
    const staged = [...this.#staged].map(stagingName);
    const rowsTables = this.#jsonWriters.map(({ table }) => rowsName(table));
    this.#staged.clear();
    const tables = [...staged, ...rowsTables];
    if (tables.length > 0) await this.#drop(tables);
  }

  #drop(tables: readonly string[]): Promise<void> {
    return this.#database.inTransaction(
      tables.map((table) => ({ sql: `DROP TABLE IF EXISTS main.${quoteIdentifier(table)}` })),
    );
  }

  #claim(output: string | undefined): string {
    if (output !== undefined && !OUTPUT_NAME.test(output)) {
      throw misuse(`"${output}" cannot name an output: use a-z, 0-9 and _, starting with a letter`);
    }
    if (output === REJECTS) throw misuse(`the output "${REJECTS}" is made by ctx.openRejects()`);
    return this.#claimTable(output);
  }

  #claimTable(output: string | undefined): string {
    const table = tableName(this.#stepId, output);
    if (this.#staged.has(table))
      throw misuse(`the table "${table}" was created twice in one run of the step`);
    this.#staged.add(table);
    return table;
  }
}

/** A row is often rejected for what no table can hold. */
function readable(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return typeof value === "string" ? value.toWellFormed() : value;
}

export interface Statement {
  readonly sql: string;
  readonly params?: SqlParams;
}

/** What publishing is, statement by statement. Exported for the test that kills the process between them. */
export function publishStatements(stepId: string, tables: readonly CreatedTable[]): readonly Statement[] {
  const renames = tables.flatMap(({ table }) => [
    { sql: `DROP TABLE IF EXISTS main.${quoteIdentifier(table)}` },
    { sql: `ALTER TABLE ${staging(table)} RENAME TO ${quoteIdentifier(table)}` },
  ]);
  const rows = tables.length > 0 ? tables : [{ table: null, rows: null }];
  const records = rows.map(({ table, rows }) => ({
    sql: "INSERT INTO _osiris.steps (step, table_name, row_count) VALUES ($1, $2, $3)",
    params: [stepId, table, rows],
  }));
  return [...renames, { sql: "DELETE FROM _osiris.steps WHERE step = $1", params: [stepId] }, ...records];
}

/** Where a table grows until it is published. DuckDB renames tables only within one schema, hence a prefix. */
export const STAGING_PREFIX = "_staging__";

function stagingName(table: string): string {
  return `${STAGING_PREFIX}${table}`;
}

/** Where rows of JSON wait for their types. No table's staging name: those go on with a letter. */
function rowsName(table: string): string {
  return `${STAGING_PREFIX}_rows__${table}`;
}

function staging(table: string): string {
  return `main.${quoteIdentifier(stagingName(table))}`;
}

function assertColumns(columns: readonly Column[], stepId: string): void {
  if (columns.length === 0) throw misuse(`step "${stepId}" created a table without columns`);
  const seen = new Set<string>();
  for (const { name } of columns) {
    const key = foldCase(name);
    if (seen.has(key)) throw misuse(`two columns are called "${name}" (DuckDB ignores case in names)`);
    seen.add(key);
  }
}

function misuse(message: string): OsirisError {
  return new OsirisError({ code: "table.misuse", category: "internal", message });
}
