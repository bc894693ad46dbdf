import { DuckDBInstance } from "@duckdb/node-api";

export type ParsedSql =
  | {
      /** DuckDB's parse tree, one entry a statement. Its shape is DuckDB's and may change with its version. */
      readonly statements: readonly { readonly node: unknown }[];
    }
  | {
      readonly error: string;
      /** Index into the SQL text, in UTF-16 units, where DuckDB knows it. */
      readonly position?: number;
    };

/** DuckDB's own parser. It parses and executes nothing: no table need exist. */
export interface SqlParser extends AsyncDisposable {
  parse(sql: string): Promise<ParsedSql>;
}

interface SerializedSql {
  readonly error: boolean;
  readonly error_message?: string;
  readonly position?: string;
  readonly statements?: readonly { readonly node: unknown }[];
}

export async function openSqlParser(): Promise<SqlParser> {
  const instance = await DuckDBInstance.create(":memory:", { enable_external_access: "false", threads: "1" });
  const connection = await instance.connect();
  return {
    async parse(sql) {
      const reader = await connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR)", [sql]);
      const answer = JSON.parse(String(reader.getRows()[0]?.[0])) as SerializedSql;
      if (!answer.error) return { statements: answer.statements ?? [] };
      const error = answer.error_message ?? "DuckDB cannot parse it";
      // Error positions count code points, unlike the query_location of tree nodes, which counts UTF-8 bytes.
      if (answer.position === undefined) return { error };
      return { error, position: Array.from(sql).slice(0, Number(answer.position)).join("").length };
    },
    [Symbol.asyncDispose]() {
      connection.closeSync();
      instance.closeSync();
      return Promise.resolve();
    },
  };
}
