import {
  foldCase,
  OsirisError,
  type CellInput,
  type Column,
  type DriverContext,
  type JsonInput,
  type JsonTableWriter,
  type TableWriter,
} from "@osiris/core";
import { jsonText } from "./convert-value.ts";

/** A row by column name, on its way into a table. In JSON columns the values stand as they are. */
export type OutRow = Record<string, CellInput | JsonInput>;

export function isJson(type: string): boolean {
  return type.trim().toUpperCase() === "JSON";
}

export function setCell(row: OutRow, column: string, cell: CellInput | JsonInput): void {
  // Assigned, it would be the row's prototype.
  if (column === "__proto__")
    Object.defineProperty(row, column, { value: cell, enumerable: true, writable: true });
  else row[column] = cell;
}

/** Takes the rows of one table. */
export interface TableSink {
  /** The table's name, for messages; before it is made, that of the output. */
  readonly name: string;
  /** Rows so far, with those before the checkpoint after which the attempt goes on. */
  readonly rows: number;
  /** A row to fill and {@link add}: every column of the sink is written, or already NULL. */
  newRow(): OutRow;
  /** A Misfit for what a JSON column does not hold. */
  add(row: OutRow): void;
  /** Hands on the rows that were added. Await it. */
  flush(): Promise<void>;
  /** Makes the table, with these columns first, in this order. */
  close(columns: readonly string[]): Promise<void>;
}

/** A column that every row may have; without a type it is found in the values. */
export interface SinkColumn {
  readonly name: string;
  readonly type: string | undefined;
}

export interface SinkOptions {
  readonly ctx: DriverContext;
  readonly output: string | undefined;
  readonly columns: readonly SinkColumn[];
  /** The outputs of the tables that are open. */
  readonly opened: Set<string>;
}

/** A sink for columns that all have types, filled row by row. */
export async function openTypedSink(options: SinkOptions): Promise<TableSink> {
  const { ctx, output, columns } = options;
  claim(options);
  return new TypedSink(await ctx.createTable(typed(columns), outputOption(output)), columns);
}

/** A sink that is opened by its first flush, for columns whose types are not known, or not all. */
export function lazyJsonSink(options: SinkOptions): TableSink {
  return new JsonSink(options);
}

class TypedSink implements TableSink {
  readonly #writer: TableWriter;
  /** Used again and again: each row writes all columns. */
  readonly #row: OutRow;
  readonly #jsonColumns: readonly string[];

  constructor(writer: TableWriter, columns: readonly SinkColumn[]) {
    this.#writer = writer;
    this.#row = emptyRow(columns);
    this.#jsonColumns = typed(columns).flatMap(({ name, type }) => (isJson(type) ? [name] : []));
  }

  get name(): string {
    return this.#writer.table;
  }

  get rows(): number {
    return this.#writer.rows;
  }

  newRow(): OutRow {
    return this.#row;
  }

  add(row: OutRow): void {
    for (const column of this.#jsonColumns) {
      const value = row[column] as JsonInput;
      if (value !== null) row[column] = jsonText(column, value);
    }
    this.#writer.append(row as Record<string, CellInput>);
  }

  async flush(): Promise<void> {
    // The writer has them.
  }

  async close(): Promise<void> {
    this.#writer.close();
  }
}

class JsonSink implements TableSink {
  readonly #options: SinkOptions;
  readonly #empty: OutRow;
  #pending: OutRow[] = [];
  #writer: JsonTableWriter | undefined;

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#empty = emptyRow(options.columns);
  }

  get name(): string {
    return this.#writer?.table ?? this.#options.output ?? "rows";
  }

  get rows(): number {
    return (this.#writer?.rows ?? 0) + this.#pending.length;
  }

  newRow(): OutRow {
    return { ...this.#empty };
  }

  add(row: OutRow): void {
    this.#pending.push(row);
  }

  async flush(): Promise<void> {
    const writer = await this.#open();
    if (this.#pending.length === 0) return;
    const rows = this.#pending;
    this.#pending = [];
    await writer.append(rows as Record<string, JsonInput>[]);
  }

  async close(columns: readonly string[]): Promise<void> {
    await (await this.#open()).close({ columns: withoutMeeting(columns) });
  }

  async #open(): Promise<JsonTableWriter> {
    const { ctx, output, columns } = this.#options;
    if (this.#writer !== undefined) return this.#writer;
    claim(this.#options);
    this.#writer = await ctx.createJsonTable({ columns: typed(columns), ...outputOption(output) });
    return this.#writer;
  }
}

/** A field that is an object in some rows and a list in others may lead to one table from two kinds of parents. */
function claim({ output = "", opened }: SinkOptions): void {
  if (opened.has(output)) {
    throw new OsirisError({
      code: "graphql.mixed_lists",
      category: "data",
      message: `The rows of "${output}" have parents of two kinds: a field around them is an object in some rows and a list in others`,
      hint: "Set arrays: json, which keeps every value as it is.",
    });
  }
  opened.add(output);
}

/** Names that differ in case only are renamed as they appear: the first keeps its place, the others follow. */
function withoutMeeting(columns: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return columns.filter((name) => !taken.has(foldCase(name)) && taken.add(foldCase(name)));
}

function typed(columns: readonly SinkColumn[]): readonly Column[] {
  return columns.flatMap(({ name, type }) => (type === undefined ? [] : [{ name, type }]));
}

function outputOption(output: string | undefined): { readonly output?: string } {
  return output === undefined ? {} : { output };
}

/** Parsed, because V8 keeps an object that is built key by key as a slow dictionary, and `__proto__` may be a key. */
function emptyRow(columns: readonly SinkColumn[]): OutRow {
  return JSON.parse(`{${columns.map(({ name }) => `${JSON.stringify(name)}:null`).join(",")}}`) as OutRow;
}
