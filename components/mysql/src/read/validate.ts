import { OsirisError, type ConfigProblem } from "@osiris/core";
import type { MysqlExtractorConfig } from "../config.ts";
import { canBeFiltered } from "./selection.ts";
import { conditionProblem, queryProblem, type SqlProblem } from "./sql-text.ts";

/** What the schema cannot say, when a pipeline is compiled: of SQL with values from the environment nothing is known yet. */
export function extractorProblems(config: MysqlExtractorConfig): readonly ConfigProblem[] {
  return problemsOf(config, (sql) => !sql.includes("${"));
}

/** The same in the run, of all SQL. @throws OsirisError `mysql.bad_config` */
export function assertConfig(config: MysqlExtractorConfig): void {
  const [problem] = problemsOf(config, () => true);
  if (problem === undefined) return;
  const { message, hint } = problem;
  throw new OsirisError({
    code: "mysql.bad_config",
    category: "usage",
    message,
    ...(hint === undefined ? {} : { hint }),
  });
}

type IsKnown = (sql: string) => boolean;

function problemsOf(config: MysqlExtractorConfig, isKnown: IsKnown): readonly ConfigProblem[] {
  const known = (sql: string | undefined): string | undefined =>
    sql !== undefined && isKnown(sql) ? sql : undefined;
  return [
    ...sqlProblems("/query", known(config.query), queryProblem),
    ...sqlProblems("/where", known(config.where), conditionProblem),
    ...tableProblems(config),
    ...filterProblems(config, isKnown),
    ...cursorProblems(config),
  ];
}

function sqlProblems(
  path: string,
  sql: string | undefined,
  problemOf: (sql: string) => SqlProblem | undefined,
): readonly ConfigProblem[] {
  const problem = sql === undefined ? undefined : problemOf(sql);
  if (problem === undefined) return [];
  const { message, hint } = problem;
  const field = path.slice(1);
  return [{ path, message: `${field} ${message}`, ...(hint === undefined ? {} : { hint }) }];
}

function tableProblems({ table, schema, database }: MysqlExtractorConfig): readonly ConfigProblem[] {
  if (table === undefined || schema !== undefined || database !== undefined) return [];
  const message = `nobody says in which database the table "${table}" is`;
  return [{ path: "/table", message, hint: "Set schema, or the connection's database." }];
}

/** Ranges and a cursor need conditions around the query. */
function filterProblems(config: MysqlExtractorConfig, isKnown: IsKnown): readonly ConfigProblem[] {
  const { partition, cursor, query, table } = config;
  if (partition?.lock === "brief" && table === undefined) {
    const message = "lock: brief locks a table, and a query may have several";
    return [{ path: "/partition/lock", message, hint: "Read the table, or leave lock out." }];
  }
  const needs = partition === undefined ? (cursor === undefined ? undefined : "cursor") : "partition";
  if (needs === undefined || (query !== undefined && !isKnown(query)) || canBeFiltered(config)) return [];
  return [{ path: `/${needs}`, message: `${needs} needs a query that begins with SELECT, WITH or VALUES` }];
}

function cursorProblems({ cursor, columns, query }: MysqlExtractorConfig): readonly ConfigProblem[] {
  if (cursor === undefined) return [];
  if (query !== undefined && cursor.key === undefined && overlaps(cursor)) {
    return [
      {
        path: "/cursor",
        message:
          "the rows of a query have no primary key, so those that were delivered could not be left out",
        hint: "Name the columns that tell rows apart in cursor.key, or set boundary: open without a lookback.",
      },
    ];
  }
  const read = new Set(columns?.map((column) => column.toLowerCase()));
  const missing = [cursor.column, ...(cursor.key ?? [])].find((name) => !read.has(name.toLowerCase()));
  if (columns === undefined || missing === undefined) return [];
  const message = `columns leaves out "${missing}", which cursor needs`;
  return [{ path: "/columns", message, hint: "Add it." }];
}

/** Whether a run reads rows again that the last one has delivered. */
export function overlaps({ boundary, lookback }: { boundary: string; lookback: number | string }): boolean {
  return boundary === "closed" || !/^0[a-z]*$/.test(String(lookback));
}
