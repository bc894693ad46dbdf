import type { Secret } from "@osiris/core";

/** What a connection of the family `mysql` supplies, with the spec's defaults. */
export interface MysqlConnection {
  readonly host: string;
  readonly port: number;
  readonly socket?: string;
  readonly database?: string;
  readonly schema?: string;
  readonly user: string;
  readonly password?: Secret;
  readonly tls: "preferred" | "disabled" | "required" | "verify_ca" | "verify_identity";
  readonly tls_ca?: string;
  readonly tls_cert?: string;
  readonly tls_key?: string;
  readonly charset: "utf8mb4" | "binary";
  readonly connect_timeout: number;
  readonly idle_timeout: number;
}

/** The config of `mysql.extractor`, with the spec's defaults: either `table` or `query` is set. */
export interface MysqlExtractorConfig extends MysqlConnection {
  readonly table?: string;
  readonly query?: string;
  readonly columns?: readonly string[];
  readonly where?: string;
  readonly limit?: number;
  readonly offset: number;
  readonly batch_size?: number;
  readonly partition?: PartitionConfig;
  readonly cursor?: CursorConfig;
  readonly zero_dates: null | "null" | "error" | "text";
  readonly tinyint1: "integer" | "boolean";
  readonly decoder: "binary" | "mysql2";
}

export interface PartitionConfig {
  readonly column: string;
  readonly count: number;
  readonly lock: "none" | "brief";
}

export interface CursorConfig {
  readonly column: string;
  readonly initial?: string | number;
  readonly boundary: "closed" | "open";
  readonly lookback: number | string;
  readonly key?: readonly string[];
}

/** The config of `mysql.writer`, with the spec's defaults. */
export interface MysqlWriterConfig extends MysqlConnection {
  readonly table: string;
  readonly mode: "append" | "replace" | "upsert";
  readonly primary_key?: readonly string[];
  readonly order_by?: readonly string[];
  readonly create_table: boolean;
  /** @default "swap" */
  readonly replace_method?: "swap" | "delete_insert";
  readonly delete_missing: "none" | "hard" | "soft";
  readonly deleted_column: string;
  readonly on_schema_change: "fail" | "add_columns";
  readonly on_row_error: "fail" | "reject";
  readonly load: "auto" | "load_data" | "insert";
  readonly batch_size: number;
  readonly max_retries: number;
}
