import type { Column, JsonValue } from "../contract.ts";
import type { CheckRequest } from "./check.ts";

export interface DiscoverRequest<
  Connection = Readonly<Record<string, unknown>>,
> extends CheckRequest<Connection> {
  /** How many rows of each resource to show. 0: none, and none may be in the answer. */
  readonly samples: number;
}

/** What a connection leads to. */
export interface Discovery {
  /** In any order; users see them sorted by name. */
  readonly resources: readonly Resource[];
  /** Why there may be more than that: a limit, or a part that could not be looked at. */
  readonly incomplete?: string;
}

/** Something that a step can read: a table, a file, an endpoint. */
export interface Resource {
  /** As users know it: `public.orders`, `2024/orders.csv`. No two of one answer have the same. */
  readonly name: string;
  /** What it is, in a word: `table`, `view`, `file`. */
  readonly kind: string;
  /** How many rows it has; exact, or what the source estimates. */
  readonly rows?: { readonly count: number; readonly exact: boolean };
  /** Its size where it is. */
  readonly bytes?: number;
  /** Empty where they are not known before it is read. */
  readonly columns: readonly ResourceColumn[];
  /** Set when the columns' types were found in a part of the rows: the others may not fit. @default false */
  readonly sampled?: boolean;
  /** What a step's `config` needs to read it, beside the connection: `{ table: "orders" }`. */
  readonly config?: Readonly<Record<string, JsonValue>>;
  /** The first rows, by column name, at most as many as were asked for. */
  readonly samples?: readonly Readonly<Record<string, JsonValue>>[];
  /** Why it cannot be read as it is. */
  readonly problem?: string;
}

/** A column as a step's table would have it. */
export interface ResourceColumn extends Column {
  /** As the source spells the type: `tinyint(1)`. */
  readonly sourceType?: string;
  /** Absent: not known. */
  readonly nullable?: boolean;
  /** The column's place in the primary key, from 1. */
  readonly primaryKey?: number;
  readonly description?: string;
}
