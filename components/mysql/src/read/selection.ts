import type { MysqlExtractorConfig } from "../config.ts";
import type { SqlValue } from "../connection/session.ts";
import { quoteName, quoteTable } from "../names.ts";
import type { SourceTable } from "./source-table.ts";
import { isSubquery, trimmedSql } from "./sql-text.ts";

/** What a step reads: of the table or the query that its config names. */
export interface Selection {
  /** For people: `shop.orders`, `the query`. */
  readonly label: string;
  /** undefined: a query. */
  readonly table: SourceTable | undefined;
  /** The statement for all of it. */
  all(more?: MoreSql): BoundSql;
  /** A statement over the same rows that reads something else of them. */
  other(expressions: string, more?: MoreSql): BoundSql;
}

/** What is added to the statement. */
interface MoreSql {
  readonly where?: BoundSql | undefined;
  /** After the conditions: `ORDER BY …`. */
  readonly tail?: string;
  /** After the table: `FORCE INDEX (PRIMARY)`. */
  readonly index?: string;
}

/** A statement or a part of one, with a value for each of its question marks. */
export interface BoundSql {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export function selectionOf(config: MysqlExtractorConfig, table: SourceTable | undefined): Selection {
  if (table === undefined) return querySelection(trimmedSql(config.query ?? ""));
  const from = quoteTable({ schema: table.schema, table: table.name });
  const columns = config.columns?.map(quoteName).join(", ") ?? "*";
  const own = config.where === undefined ? [] : [{ sql: `\n${trimmedSql(config.where)}\n`, values: [] }];
  const other: Selection["other"] = (expressions, { where, tail = "", index = "" } = {}) => {
    const condition = and([...own, ...(where === undefined ? [] : [where])]);
    const filter = condition === undefined ? "" : ` WHERE ${condition.sql}`;
    return {
      sql: `SELECT ${expressions} FROM ${from} ${index}${filter} ${tail}`.trim(),
      values: condition?.values ?? [],
    };
  };
  return {
    label: `${table.schema}.${table.name}`,
    table,
    all: (more) => other(columns, more),
    other,
  };
}

function querySelection(query: string): Selection {
  const other: Selection["other"] = (expressions, { where, tail = "" } = {}) => ({
    sql: `SELECT ${expressions} FROM (\n${query}\n) AS q ${where === undefined ? "" : `WHERE ${where.sql}`} ${tail}`.trim(),
    values: where?.values ?? [],
  });
  return {
    label: "the query",
    table: undefined,
    all: (more) => (more?.where === undefined ? { sql: query, values: [] } : other("*", more)),
    other,
  };
}

/** undefined: no condition. */
function and(conditions: readonly BoundSql[]): BoundSql | undefined {
  if (conditions.length === 0) return undefined;
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(" AND "),
    values: conditions.flatMap(({ values }) => values),
  };
}

/** Whether conditions can be put around the query. */
export function canBeFiltered(config: MysqlExtractorConfig): boolean {
  return config.query === undefined || isSubquery(config.query);
}
