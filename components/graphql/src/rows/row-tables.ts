import type { DriverContext, JsonValue } from "@osiris/core";
import type { GraphqlConfig } from "../config.ts";
import type { RowsPlan } from "../query/query-plan.ts";
import type { Execute, JsonObject, Variables } from "../transport/session.ts";

/** The tables of a step, from rows as the API gives them. */
export interface RowTables {
  /** Rows of the main table so far. */
  readonly rows: number;
  /** Rows of all tables so far. */
  readonly totalRows: number;
  /** Adds the rows of a page, with all pages of the connections inside of them. */
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

export async function openRowTables(options: RowTablesOptions): Promise<RowTables> {
  const table = await options.ctx.createJsonTable();
  return {
    get rows() {
      return table.rows;
    },
    get totalRows() {
      return table.rows;
    },
    shape: {},
    add: (rows) => table.append(rows),
    close: () => table.close(),
  };
}
