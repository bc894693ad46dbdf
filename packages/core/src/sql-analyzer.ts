import type { Column } from "./contract.ts";
import { loadDuckDb } from "./load-duckdb.ts";

/**
 * DuckDB's own parser and binder, over tables that have columns and no rows. Nothing is executed and nothing outside
 * can be reached.
 */
export interface SqlAnalyzer extends AsyncDisposable {
  /** Parses each text for itself. The tables that they name need not exist. */
  parse(texts: readonly string[]): Promise<readonly ParsedSql[]>;
  /** The names of all functions and macros, in lower case. */
  functions(): Promise<ReadonlySet<string>>;
  /** A type as DuckDB spells it in a table's description, such as INTEGER for `int`; undefined when it is none. */
  typeName(type: string): Promise<string | undefined>;
  /** Lets queries read a table with these columns. False when DuckDB does not take them. */
  declare(table: string, columns: readonly Column[]): Promise<boolean>;
  /** The same for many tables, faster. If one of them is not taken, none is. */
  declareAll(tables: ReadonlyMap<string, readonly Column[]>): Promise<void>;
  /**
   * Resolves a query's names and types against the declared tables, of which `singleInput` is `input_df` too. The
   * query must be one SELECT.
   */
  bind(sql: string, singleInput?: string): Promise<BoundSql>;
}

/** Positions are indexes into the SQL text, in UTF-16 units. */
export type ParsedSql =
  | {
      /** DuckDB's parse tree, one entry a statement. Its shape is DuckDB's and may change with its version. */
      readonly statements: readonly { readonly node: unknown }[];
    }
  | {
      readonly error: string;
      /** Where DuckDB knows it. */
      readonly position?: number;
      readonly timedOut?: boolean;
    };

export type BoundSql =
  | {
      /**
       * The result's columns, under the names that a table made of it would have. Undefined when they are not known:
       * there are very many, or a query before this one has timed out, which has been said.
       */
      readonly columns: readonly Column[] | undefined;
      /** Those of them that got another name, because of one before them: what the query calls them, and the table. */
      readonly renamed: readonly RenamedColumn[];
    }
  | { readonly problem: BindProblem };

export interface RenamedColumn {
  readonly from: string;
  readonly to: string;
}

export interface BindProblem {
  readonly kind: "column" | "table" | "function" | "type" | "other" | "timeout";
  readonly message: string;
  readonly position?: number;
  /** The name that was not found; for a type, the call as DuckDB understood it: `sum(VARCHAR)`. */
  readonly name?: string;
  /** What there is instead: columns, or signatures of the function. */
  readonly candidates: readonly string[];
}

/** Opens an analyzer. DuckDB is loaded and started by the first question that needs it: that takes longer than most commands. */
export function openSqlAnalyzer(): Promise<SqlAnalyzer> {
  return Promise.resolve(new LazyAnalyzer());
}

/** Types that DuckDB spells as they are: nobody has to ask it. */
export const OWN_NAMES: ReadonlySet<string> = new Set(
  (
    "BOOLEAN,TINYINT,SMALLINT,INTEGER,BIGINT,HUGEINT,UTINYINT,USMALLINT,UINTEGER,UBIGINT,UHUGEINT,FLOAT,DOUBLE," +
    "VARCHAR,BLOB,UUID,DATE,TIME,TIMESTAMP,TIMESTAMP WITH TIME ZONE,INTERVAL,JSON"
  ).split(","),
);

class LazyAnalyzer implements SqlAnalyzer {
  #opened: Promise<SqlAnalyzer> | undefined;

  async parse(texts: readonly string[]): Promise<readonly ParsedSql[]> {
    return (await this.#duckDb()).parse(texts);
  }

  async functions(): Promise<ReadonlySet<string>> {
    return (await this.#duckDb()).functions();
  }

  async typeName(type: string): Promise<string | undefined> {
    return OWN_NAMES.has(type) ? type : (await this.#duckDb()).typeName(type);
  }

  async declare(table: string, columns: readonly Column[]): Promise<boolean> {
    return (await this.#duckDb()).declare(table, columns);
  }

  async declareAll(tables: ReadonlyMap<string, readonly Column[]>): Promise<void> {
    if (tables.size > 0) await (await this.#duckDb()).declareAll(tables);
  }

  async bind(sql: string, singleInput?: string): Promise<BoundSql> {
    return (await this.#duckDb()).bind(sql, singleInput);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.[Symbol.asyncDispose]();
  }

  #duckDb(): Promise<SqlAnalyzer> {
    this.#opened ??= loadDuckDb(() => import("./duckdb-analyzer.ts")).then(({ openDuckDbAnalyzer }) =>
      openDuckDbAnalyzer(),
    );
    return this.#opened;
  }
}
