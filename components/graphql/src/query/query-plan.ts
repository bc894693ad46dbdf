/** What is known of a step before its first request: made of the config and the schema, without the network. */
export interface QueryPlan {
  /** The document to send: the one query and the fragments that it uses, with `__typename` where {@link NestedConnection}s need it. */
  readonly text: string;
  readonly operationName: string | undefined;
  readonly variables: readonly QueryVariable[];
  /** undefined: one request. */
  readonly pagination: PaginationPlan | undefined;
  readonly rows: RowsPlan;
}

export interface QueryVariable {
  readonly name: string;
  /** Has a type with `!` and no default. */
  readonly required: boolean;
}

/** How further pages are asked for: the variable that each request sets, and where an answer says what comes next. */
export type PaginationPlan = {
  /** The query's variable for the cursor, offset, page number or key. */
  readonly variable: string;
  /** Where an answer says how many rows there are in all. */
  readonly totalPath: ResponsePath | undefined;
} & (
  | { readonly kind: "relay"; readonly cursor: ResponsePath; readonly hasNext: ResponsePath }
  | {
      readonly kind: "offset" | "page";
      readonly start: number;
      readonly hasNext: ResponsePath | undefined;
      /** The field that takes the variable; undefined where an answer does not have it. */
      readonly field: ResponsePath | undefined;
    }
  | { readonly kind: "keyset"; readonly key: ResponsePath; readonly hasNext: ResponsePath | undefined }
);

/** Response keys from the answer's root (`["data", "movies", "pageInfo"]`), or from a row. */
export type ResponsePath = readonly string[];

/** Where the rows are, and which tables they make. */
export interface RowsPlan {
  /** Set when data_path is a chain of names: `["data", "movies", "nodes"]`. A list in between counts as all of its items. */
  readonly path: ResponsePath | undefined;
  /** RFC 9535, `$.data.movies.nodes`: for what is no chain of names. */
  readonly jsonPath: string;
  readonly table: TablePlan;
}

/** A table of the step: the main one, or that of a list inside of its rows. */
export interface TablePlan {
  /** undefined: the step's own table. */
  readonly output: string | undefined;
  /**
   * What the query selects for a row, in its order; undefined where data_path leads to a place that is not known. The rows of
   * a list of scalars have one field, `value`, for the item itself.
   */
  readonly fields: readonly FieldPlan[] | undefined;
  /**
   * A child's first columns: the keys of the parent table's row, `_parent_id`, and then `_index`, its place in the list from 0.
   * Empty for the main table; and for a field that is not known to be a list where the query does not select the keys:
   * should it prove to be a list, that is an error.
   */
  readonly parentKeys: readonly ParentKey[];
}

export interface ParentKey {
  /** `_parent_id`. */
  readonly column: string;
  /** Where the parent table's row has it: `["id"]`, or `["node", "id"]` where rows are edges. */
  readonly path: ResponsePath;
  /** DuckDB's, where it is known. */
  readonly type: string | undefined;
}

/** One field of a selection: a column, several, or a table. */
export interface FieldPlan {
  /** Its response key: alias or name. */
  readonly key: string;
  /**
   * The column that it is when it is one: the path from the row, joined by flatten_separator. No two of a table are equal,
   * also in other case. The node of an edge adds nothing to the path when its edge is a row of a child table.
   */
  readonly column: string;
  /** DuckDB's type of that column, by dtype or the schema. undefined: found in the values. */
  readonly type: string | undefined;
  /** What is selected inside; undefined for a scalar. */
  readonly fields: readonly FieldPlan[] | undefined;
  /** Whether it is a list, by the schema or by its place in a connection; undefined: the values tell. */
  readonly list: boolean | undefined;
  /** Whether its object is taken apart into columns: flatten_result, and not too deep. */
  readonly flatten: boolean;
  /** The table that it becomes when it is a list, with arrays: tables. */
  readonly table: TablePlan | undefined;
  /** Set when it is a connection whose further pages are read. */
  readonly connection: NestedConnection | undefined;
}

/** A connection inside of a row. */
export interface NestedConnection {
  /** In messages: `movies.nodes.reviews`. */
  readonly name: string;
  /** The response key of its items: `nodes` or `edges`. */
  readonly items: string;
  /** Response keys inside of the connection. */
  readonly cursor: ResponsePath;
  readonly hasNext: ResponsePath;
  /** The response key of the parent's id in the object that holds the connection. */
  readonly parentKey: string;
  /** The response key of that object's `__typename`, which the plan has put into the query. */
  readonly parentType: string;
  /** Variables of the follow-up query; it takes those of the query itself, too, as far as the selection uses them. */
  readonly idVariable: string;
  readonly cursorVariable: string;
  readonly variables: readonly string[];
  /** The query for a further page of one parent of the given type. */
  followUp(parentType: string): { readonly text: string; readonly operationName: string };
  /** Where its answer has the connection: `["data", "node", "reviews"]`. */
  readonly answer: ResponsePath;
}
