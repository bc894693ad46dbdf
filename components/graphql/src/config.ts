import type { JsonValue, Secret } from "@osiris/core";

/** What a connection of the family `graphql` supplies. */
export interface GraphqlConnection {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, Secret>>;
  readonly auth_type: "none" | "bearer" | "basic" | "api_key";
  readonly auth_token?: Secret;
  readonly auth_username?: Secret;
  readonly auth_header_name: string;
  readonly timeout: number;
  readonly validate_ssl: boolean;
  readonly tls_ca?: string;
  readonly tls_cert?: string;
  readonly tls_key?: string;
  readonly rate_limit?: { readonly requests: number; readonly per_seconds: number };
  readonly max_concurrent: number;
  readonly schema?: string;
}

/** The config of `graphql.extractor`, with the spec's defaults. */
export interface GraphqlConfig extends GraphqlConnection {
  readonly query: string;
  readonly operation_name?: string;
  readonly variables: Readonly<Record<string, JsonValue>>;
  readonly max_retries: number;
  readonly retry_delay: number;
  readonly max_retry_wait: number;
  readonly max_response_mb: number;
  readonly pagination_enabled: boolean;
  readonly pagination: "auto" | "relay" | "offset" | "page" | "keyset";
  readonly pagination_path?: string;
  readonly pagination_cursor_field: string;
  readonly pagination_has_next_field: string;
  readonly pagination_variable_name?: string;
  readonly pagination_start?: number;
  readonly pagination_key?: string;
  readonly pagination_total_path?: string;
  readonly max_pages: number;
  readonly allow_truncated: boolean;
  readonly data_path?: string;
  readonly flatten_result: boolean;
  readonly flatten_separator: string;
  readonly flatten_depth?: number;
  readonly arrays: "json" | "list" | "tables";
  readonly row_key: readonly string[];
  readonly nested: Readonly<Record<string, NestedSettings>>;
  readonly dtype: Readonly<Record<string, string>>;
  readonly on_partial: "fail" | "keep";
  readonly incremental?: IncrementalConfig;
  readonly checkpoint_seconds: number;
}

/** What is said of a connection inside of rows. */
export interface NestedSettings extends ParentLookup {
  /** Whether its further pages are read. */
  readonly follow: boolean;
}

/** How one object is asked for by its key: `node(id: ID!)`. */
export interface ParentLookup {
  readonly field: string;
  readonly argument: string;
  readonly argument_type: string;
  readonly key: string;
}

export interface IncrementalConfig {
  readonly variable: string;
  readonly field: string;
  readonly initial?: string | number;
  readonly lookback: string | number;
  readonly key?: readonly string[];
}
