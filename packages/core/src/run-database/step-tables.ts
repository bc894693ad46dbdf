import type {
  Column,
  CreatedTable,
  JsonTableOptions,
  JsonTableWriter,
  SqlConnection,
  SqlParams,
  TableOptions,
  TableWriter,
} from "../contract.ts";
import { isOsirisError, OsirisError } from "../errors.ts";
import { foldCase, quoteIdentifier, tableName } from "../identifiers.ts";
import { StagedJsonWriter } from "../json-rows/json-table-writer.ts";
import type { Report } from "../json-rows/schema-report.ts";
import type { RunDatabase } from "./run-database.ts";
import { ColumnarTableWriter } from "./table-writer.ts";

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
    const table = this.#claim(options.output);
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
    const { columns = [], maxColumns = 1 } = options;
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
    options: TableOptions & { readonly params?: SqlParams },
    connect: () => Promise<SqlConnection>,
  ): Promise<CreatedTable> {
    const table = this.#claim(options.output);
    const connection = await connect();
    try {
      await runSelect(connection, `CREATE OR REPLACE TABLE ${staging(table)} AS`, select, options.params);
      const shape = await this.#database.describe(stagingName(table));
      return { table, ...shape };
    } catch (error) {
      // Nothing was made, so the driver may try again.
      this.#staged.delete(table);
      throw error;
    } finally {
      connection.close();
    }
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
    const tables = [...this.#staged].map(stagingName);
    const rowsTables = this.#jsonWriters.map(({ table }) => rowsName(table));
    const statements = [...tables, ...rowsTables].map((table) => ({
      sql: `DROP TABLE IF EXISTS main.${quoteIdentifier(table)}`,
    }));
    this.#staged.clear();
    if (statements.length > 0) await this.#database.inTransaction(statements);
  }

  #claim(output: string | undefined): string {
    if (output !== undefined && !OUTPUT_NAME.test(output)) {
      throw misuse(`"${output}" cannot name an output: use a-z, 0-9 and _, starting with a letter`);
    }
    const table = tableName(this.#stepId, output);
    if (this.#staged.has(table))
      throw misuse(`the table "${table}" was created twice in one run of the step`);
    this.#staged.add(table);
    return table;
  }
}

/** Keeps our own line out of DuckDB's "LINE n" notes, so that they count the lines of the query. */
async function runSelect(
  connection: SqlConnection,
  prefix: string,
  select: string,
  params: SqlParams | undefined,
): Promise<void> {
  try {
    await connection.run(`${prefix}\n${select}`, params);
  } catch (error) {
    if (!isOsirisError(error)) throw error;
    const { code, category, hint, retryable } = error;
    const message = error.message.replace(/^LINE (\d+):/m, (_, line: string) => `LINE ${Number(line) - 1}:`);
    throw new OsirisError({
      code,
      category,
      retryable,
      message,
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    });
  }
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
