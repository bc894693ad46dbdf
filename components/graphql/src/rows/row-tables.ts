import type { DriverContext, JsonInput, JsonValue } from "@osiris/core";
import type { GraphqlConfig } from "../config.ts";
import type { RowsPlan, TablePlan } from "../query/query-plan.ts";
import type { Execute, JsonObject, Variables } from "../transport/session.ts";
import { cellFields, completeCells } from "./cell-connections.ts";
import { inOrder } from "./in-order.ts";
import { LoosePart } from "./loose-part.ts";
import { afterPage, itemsOf, nextPage } from "./open-connection.ts";
import { planRow, type ChildTable, type PlannedRow } from "./plan-rows.ts";
import type { WholeRow } from "./row-parts.ts";
import { SeenFields } from "./seen-fields.ts";
import { parentColumns, TableRows, type PageTask } from "./table-rows.ts";
import { lazyJsonSink, openTypedSink, type TableSink } from "./table-sink.ts";
import { TaskQueue } from "./task-queue.ts";

/** The tables of a step, from rows as the API gives them. */
export interface RowTables {
  /** Rows of the main table so far. */
  readonly rows: number;
  /** Rows of all tables so far. */
  readonly totalRows: number;
  /**
   * Adds the rows of a page, with all pages of the connections inside of them. Await it before the next call. After an
   * error nothing more can be added. The rows are the tables' own from now on: their values may change.
   */
  add(rows: readonly JsonObject[], signal: AbortSignal): Promise<void>;
  /** What a later attempt needs to go on: for the checkpoint. */
  readonly shape: JsonValue;
  /** Makes the tables. */
  close(): Promise<void>;
}

export interface RowTablesOptions {
  readonly ctx: DriverContext;
  readonly config: GraphqlConfig;
  readonly plan: RowsPlan;
  /** For further pages of connections inside of rows. */
  readonly execute: Execute;
  /** The variables of the query, for those pages. */
  readonly variables: Variables;
  /** {@link RowTables.shape} of the checkpoint after which the attempt goes on. */
  readonly shape: JsonValue | undefined;
}

/** Opens the tables that the plan knows, also those that stay empty; the others come with their first row. */
export async function openRowTables(options: RowTablesOptions): Promise<RowTables> {
  const tables = new StepRowTables(options);
  await tables.open();
  return tables;
}

/** A table, and whether its rows are of a list at all: if not, it is not made. */
interface OpenTable {
  readonly rows: TableRows;
  readonly exists: Exists;
}

/** Whether the rows have shown that there is such a table; at the end also, whether that is the likeliest. */
type Exists = (atEnd: boolean) => boolean;

/** What a table is to the step. */
interface TablePlace {
  /** Of the field that it is, in {@link SeenFields}. */
  readonly name: string;
  readonly scalars: boolean;
  readonly depth: number;
  readonly exists: Exists;
  /** It exists in any case. */
  readonly isSure: boolean;
}

class StepRowTables implements RowTables {
  readonly #options: RowTablesOptions;
  readonly #seen: SeenFields;
  readonly #tables: OpenTable[] = [];
  /** Outputs whose tables are open: one may stand for several places, of which the values choose. */
  readonly #opened = new Set<string>();
  readonly #later = new TaskQueue<PageTask>();
  #main: TableRows | undefined;

  constructor(options: RowTablesOptions) {
    this.#options = options;
    this.#seen = new SeenFields(options.shape);
  }

  async open(): Promise<void> {
    const { table } = this.#options.plan;
    this.#main = await this.#openTable(table, {
      name: "",
      scalars: false,
      depth: 0,
      exists: () => true,
      isSure: true,
    });
    await this.#flush();
  }

  get rows(): number {
    return this.#main?.sink.rows ?? 0;
  }

  get totalRows(): number {
    return this.#tables.reduce((sum, { rows }) => sum + rows.sink.rows, 0);
  }

  get shape(): JsonValue {
    return this.#seen.state;
  }

  async add(rows: readonly JsonObject[], signal: AbortSignal): Promise<void> {
    const main = this.#main as TableRows;
    await this.#complete(rows, main, signal);
    for (const row of rows) main.add(row);
    await this.#flush();
    const { execute, variables, config } = this.#options;
    const work = {
      next: () => this.#later.next(),
      begin: ({ open }: PageTask, both: AbortSignal) => nextPage(open, execute, variables, both),
      take: (task: PageTask, page: JsonObject) => this.#takePage(task, page, signal),
    };
    await inOrder(work, config.max_concurrent, signal);
  }

  async close(): Promise<void> {
    for (const { rows, exists } of this.#tables) {
      if (exists(true)) await rows.sink.close(rows.columns());
    }
  }

  async #takePage(task: PageTask, page: JsonObject, signal: AbortSignal): Promise<void> {
    const { open, table, parent, index } = task;
    const items = itemsOf(open.connection, page);
    await this.#complete(items, table, signal);
    table.addItems(items, parent, index);
    await this.#flush();
    const rest = afterPage(open, page);
    if (rest !== undefined) this.#later.push({ ...task, open: rest, index: index + items.length });
  }

  async #complete(
    rows: readonly (JsonInput | JsonObject)[],
    { cellFields: fields }: TableRows,
    signal: AbortSignal,
  ): Promise<void> {
    const { execute, variables, config } = this.#options;
    await completeCells(rows, fields, { execute, variables, maxConcurrent: config.max_concurrent }, signal);
  }

  async #flush(): Promise<void> {
    for (const { rows, exists } of this.#tables) {
      if (exists(false)) await rows.sink.flush();
    }
  }

  async #openTable(plan: TablePlan, place: TablePlace): Promise<TableRows> {
    const { part, children } = this.#plannedRow(plan, place.name);
    const childTables = new Map<TablePlan, TableRows>();
    const rows = new TableRows({
      plan,
      part,
      sink: await this.#openSink(plan, part, place),
      scalars: place.scalars,
      depth: place.depth,
      children: childTables,
      cellFields: cellFields(plan.fields ?? []),
      later: (task) => this.#later.push(task),
    });
    this.#tables.push({ rows, exists: place.exists });
    for (const child of children) {
      childTables.set(child.plan, await this.#openTable(child.plan, this.#placeOf(child, place)));
    }
    return rows;
  }

  async #openSink(plan: TablePlan, part: WholeRow, { isSure }: TablePlace): Promise<TableSink> {
    const columns = [...parentColumns(plan), ...part.sinkColumns];
    const options = { ctx: this.#options.ctx, output: plan.output, columns, opened: this.#opened };
    const isTyped = part.isTyped && columns.every(({ type }) => type !== undefined);
    return isTyped && isSure ? openTypedSink(options) : lazyJsonSink(options);
  }

  #placeOf({ scalars, isKnown, name, enclosing }: ChildTable, parent: TablePlace): TablePlace {
    const seen = this.#seen;
    const isInObjects: Exists = (atEnd) =>
      enclosing.every((field) => seen.has("object", field) || (atEnd && seen.isUnknown(field)));
    return {
      name,
      scalars,
      depth: parent.depth + 1,
      exists: (atEnd) => parent.exists(atEnd) && isInObjects(atEnd) && (isKnown || seen.has("list", name)),
      isSure: isKnown && enclosing.length === 0 && parent.isSure,
    };
  }

  #plannedRow(plan: TablePlan, name: string): PlannedRow {
    const { config } = this.#options;
    if (plan.fields !== undefined) return planRow(plan, plan.fields, name, this.#seen);
    const declared = Object.entries(config.dtype).map(([name, type]) => ({ name, type }));
    const depth = config.flatten_result ? (config.flatten_depth ?? Number.POSITIVE_INFINITY) : 0;
    return {
      part: new LoosePart({ separator: config.flatten_separator, depth, declared }, this.#seen),
      children: [],
    };
  }
}
