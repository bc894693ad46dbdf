import {
  DuckDBArrayType,
  DuckDBInstance,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBConnection,
  type DuckDBType,
} from "@duckdb/node-api";
import type { Column } from "./contract.ts";
import { quoteIdentifier, SINGLE_INPUT_NAME } from "./identifiers.ts";
import { indexOfByte, indexOfCodePoint, readError, type DuckDbError } from "./run-database/duckdb-errors.ts";
import type { SqlAnalyzer, ParsedSql, BoundSql, BindProblem } from "./sql-analyzer.ts";

/**
 * What slow calls may take together. Some functions compute while they are bound, and a call of DuckDB's cannot be
 * stopped: after that nothing more is asked.
 */
const PATIENCE_MS = 10_000;
/** A call that takes less is not slow. */
const QUICK_MS = 100;

/** DuckDB looks through all columns for each one that it is asked about. */
const MAX_COLUMNS = 1_000;

/** Starts a DuckDB of its own. */
export async function openDuckDbAnalyzer(): Promise<SqlAnalyzer> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  // The name of a run's database: DuckDB makes it a part of some columns' names.
  await connection.run(
    "ATTACH ':memory:' AS pipeline_data; USE pipeline_data; SET enable_external_access = false",
  );
  // Folding constants would execute parts of a query.
  await connection.run("PRAGMA disable_optimizer; SET errors_as_json = true; SET TimeZone = 'UTC'");
  return new DuckDbAnalyzer(instance, connection);
}

class DuckDbAnalyzer implements SqlAnalyzer {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #declared = new Set<string>();
  readonly #typeNames = new Map<string, string | undefined>();
  #patience = PATIENCE_MS;
  #stuck = false;

  constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  async parse(texts: readonly string[]): Promise<readonly ParsedSql[]> {
    const timedOut = texts.map(() => ({ error: TIMED_OUT.message, timedOut: true }));
    return this.#inTime(() => this.#parseEach(texts), timedOut, timedOut);
  }

  async #parseEach(texts: readonly string[]): Promise<readonly ParsedSql[]> {
    try {
      return await this.#parseAll(texts);
    } catch (error) {
      if (texts.length === 1) return [{ error: readError(error).exception_message }];
      // One that the parser gives up on fails all that are parsed with it.
      const answers: ParsedSql[] = [];
      for (const text of texts) answers.push(...(await this.#parseEach([text])));
      return answers;
    }
  }

  /** One call for all of them: the way to DuckDB and back costs more than the parsing. */
  async #parseAll(texts: readonly string[]): Promise<readonly ParsedSql[]> {
    const sql = `SELECT json_serialize_sql(text)
      FROM (SELECT unnest(json_extract_string($1::VARCHAR, '$[*]')) AS text)`;
    const reader = await this.#connection.runAndReadAll(sql, [JSON.stringify(texts)]);
    return reader.getRows().map(([answer], index) => parsed(String(answer), texts[index] ?? ""));
  }

  async functions(): Promise<ReadonlySet<string>> {
    const reader = await this.#connection.runAndReadAll(
      "SELECT DISTINCT lower(function_name) FROM duckdb_functions()",
    );
    return new Set(reader.getRows().map(([name]) => String(name)));
  }

  async typeName(type: string): Promise<string | undefined> {
    if (!this.#typeNames.has(type)) this.#typeNames.set(type, await this.#askTypeName(type));
    return this.#typeNames.get(type);
  }

  async #askTypeName(type: string): Promise<string | undefined> {
    // As a column's type and nowhere else: the text comes from a driver.
    if (/;|--/.test(type) || this.#stuck) return undefined;
    try {
      await this.#connection.run(`CREATE OR REPLACE TEMP TABLE _type (c ${type})`);
      const reader = await this.#connection.runAndReadAll("SELECT column_type FROM (DESCRIBE temp._type)");
      const [only, ...more] = reader.getRows();
      return more.length === 0 ? String(only?.[0]) : undefined;
    } catch {
      return undefined;
    }
  }

  async declare(table: string, columns: readonly Column[]): Promise<boolean> {
    if (this.#declared.has(table)) return true;
    // It would wait for a call that may never end.
    if (this.#stuck) return false;
    try {
      await this.#connection.run(createTable(table, columns));
    } catch {
      return false;
    }
    this.#declared.add(table);
    return true;
  }

  async declareAll(tables: ReadonlyMap<string, readonly Column[]>): Promise<void> {
    if (this.#stuck || tables.size === 0) return;
    const statements = Array.from(tables, ([table, columns]) => createTable(table, columns));
    try {
      await this.#connection.run(`BEGIN; ${statements.join("; ")}; COMMIT`);
    } catch {
      // There is none when DuckDB could not even parse it all.
      await this.#connection.run("ROLLBACK").catch(() => undefined);
      return;
    }
    for (const table of tables.keys()) this.#declared.add(table);
  }

  async bind(sql: string, singleInput?: string): Promise<BoundSql> {
    const timedOut = { problem: TIMED_OUT };
    // Once is enough. Silence before that would make the result depend on the machine's speed.
    const afterwards = this.#stuck ? { columns: undefined, renamed: [] } : timedOut;
    return this.#inTime(() => this.#bind(sql, singleInput), timedOut, afterwards);
  }

  /** What `call` gives; `late` when the patience ends meanwhile, `afterwards` when it had ended before. */
  async #inTime<Answer>(call: () => Promise<Answer>, late: Answer, afterwards: Answer): Promise<Answer> {
    if (this.#patience <= 0) return afterwards;
    const start = performance.now();
    const timeout = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => {
      this.#stuck = true;
      timeout.resolve(late);
    }, this.#patience);
    try {
      return await Promise.race([call(), timeout.promise]);
    } finally {
      clearTimeout(timer);
      const taken = performance.now() - start;
      if (taken > QUICK_MS) this.#patience -= taken;
    }
  }

  async #bind(sql: string, singleInput: string | undefined): Promise<BoundSql> {
    try {
      if (singleInput !== undefined) {
        const view = `CREATE OR REPLACE TEMP VIEW ${SINGLE_INPUT_NAME} AS FROM main.${quoteIdentifier(singleInput)}`;
        await this.#connection.run(view);
      }
      return await this.#result(sql);
    } catch (error) {
      return { problem: bindProblem(readError(error), sql) };
    }
  }

  async #result(sql: string): Promise<Exclude<BoundSql, { problem: unknown }>> {
    const statement = await this.#connection.prepare(sql);
    try {
      if (statement.columnCount > MAX_COLUMNS) return { columns: undefined, renamed: [] };
      const columns = Array.from({ length: statement.columnCount }, (_, index) => ({
        name: statement.columnName(index),
        type: typeText(statement.columnType(index)),
      }));
      if (!hasDuplicates(columns)) return { columns, renamed: [] };
      const named = await this.#tableColumns(columns);
      const pairs = named.map(({ name }, index) => ({ from: columns[index]?.name ?? "", to: name }));
      return { columns: named, renamed: pairs.filter(({ from, to }) => from !== to) };
    } finally {
      statement.destroySync();
    }
  }

  /** A table cannot have two columns of one name: DuckDB decides what it calls them. */
  async #tableColumns(columns: readonly Column[]): Promise<readonly Column[]> {
    const list = columns.map(({ name, type }) => `NULL::${type} AS ${quoteIdentifier(name)}`).join(", ");
    await this.#connection.run(`CREATE OR REPLACE TEMP TABLE _columns AS SELECT ${list} LIMIT 0`);
    const reader = await this.#connection.runAndReadAll("SELECT column_name FROM (DESCRIBE temp._columns)");
    return reader
      .getRows()
      .map(([name], index) => ({ name: String(name), type: columns[index]?.type ?? "" }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    // Closing waits for the running statement, which may take for ever. The process ends without it.
    if (!this.#stuck) {
      this.#connection.closeSync();
      this.#instance.closeSync();
    }
    return Promise.resolve();
  }
}

const TIMED_OUT = {
  kind: "timeout",
  message: `DuckDB takes more than ${PATIENCE_MS / 1000} s for this query and those before it`,
  candidates: [],
} as const satisfies BindProblem;

function createTable(table: string, columns: readonly Column[]): string {
  const list = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`).join(", ");
  return `CREATE TABLE ${quoteIdentifier(table)} (${list})`;
}

/** The type as SQL. JSON is an alias of VARCHAR to DuckDB's client, and must stay JSON to the binder. */
function typeText(type: DuckDBType): string {
  if (type.alias !== undefined) return type.alias;
  if (type instanceof DuckDBListType) return `${typeText(type.valueType)}[]`;
  if (type instanceof DuckDBArrayType) return `${typeText(type.valueType)}[${type.length}]`;
  if (type instanceof DuckDBMapType) return `MAP(${typeText(type.keyType)}, ${typeText(type.valueType)})`;
  if (!(type instanceof DuckDBStructType)) return type.toString();
  if (type.entryNames.includes("")) {
    throw new Error("A table cannot hold a struct without names, such as row(1, 2): write {'a': 1, 'b': 2}");
  }
  const fields = type.entryTypes.map(
    (entry, index) => `${fieldName(type.entryNames[index] ?? "")} ${typeText(entry)}`,
  );
  return `STRUCT(${fields.join(", ")})`;
}

/** Quoted where DuckDB quotes it, in a table's description. */
function fieldName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteIdentifier(name);
}

function hasDuplicates(columns: readonly Column[]): boolean {
  return new Set(columns.map(({ name }) => name.toLowerCase())).size < columns.length;
}

interface SerializedSql {
  readonly error: boolean;
  readonly error_message?: string;
  readonly position?: string;
  readonly statements?: readonly { readonly node: unknown }[];
}

function parsed(answer: string, sql: string): ParsedSql {
  const { error, error_message: message, position, statements } = JSON.parse(answer) as SerializedSql;
  if (!error) return { statements: statements ?? [] };
  const known = { error: message ?? "DuckDB cannot parse it" };
  return position === undefined ? known : { ...known, position: indexOfCodePoint(sql, Number(position)) };
}

function bindProblem(error: DuckDbError, sql: string): BindProblem {
  const [message = ""] = error.exception_message.split("\n");
  const position = error.position === undefined ? {} : { position: indexOfByte(sql, Number(error.position)) };
  switch (error.error_subtype ?? "") {
    case "COLUMN_NOT_FOUND":
      return {
        kind: "column",
        message,
        ...position,
        ...named(error.name),
        candidates: list(error.candidates, ","),
      };
    case "MISSING_ENTRY":
      return {
        kind: "function",
        message,
        ...position,
        ...named(error.name),
        candidates: list(error.candidates, ","),
      };
    case "NO_MATCHING_FUNCTION": {
      // Signatures hold commas themselves; each begins with the function's name.
      const signatures = list(error.candidates, new RegExp(`,(?=${escaped(error.name ?? "")}\\()`));
      return { kind: "type", message, ...position, ...named(error.call), candidates: signatures };
    }
    default:
      return unmarked(error, position) ?? { kind: "other", message, ...position, candidates: [] };
  }
}

function escaped(text: string): string {
  return text.replaceAll(/[^\w]/g, "\\$&");
}

function list(text: string | undefined, separator: string | RegExp): readonly string[] {
  return (text ?? "").split(separator).filter((item) => item !== "");
}

/** DuckDB gives these no subtype: a column that an aliased table does not have, and an alias that is none. */
const UNMARKED: readonly (readonly [kind: BindProblem["kind"], form: RegExp])[] = [
  ["column", /^Table "(?:[^"]|"")*" does not have a column named "(?<name>(?:[^"]|"")*)"\n+(?<rest>.*)/],
  ["table", /^Referenced table "(?<name>(?:[^"]|"")*)" not found!\n*(?<rest>.*)/],
];

function unmarked(error: DuckDbError, position: { position?: number }): BindProblem | undefined {
  for (const [kind, form] of UNMARKED) {
    const found = form.exec(error.exception_message)?.groups;
    if (found === undefined) continue;
    const candidates = Array.from(
      (found["rest"] ?? "").matchAll(/"((?:[^"]|"")*)"/g),
      (match) => match[1] ?? "",
    );
    const [message = ""] = error.exception_message.split("\n");
    return { kind, message, ...position, ...named(found["name"]), candidates };
  }
  return undefined;
}

function named(name: string | undefined): { readonly name?: string } {
  return name === undefined ? {} : { name };
}
