import {
  foldCase,
  SINGLE_INPUT_NAME,
  type BindProblem,
  type Column,
  type RenamedColumn,
  type SqlAnalyzer,
} from "@osiris/core";
import type { FindingCode } from "../finding-codes.ts";
import { didYouMean } from "../nearest.ts";
import type { SqlProblem, SqlReading } from "./read-tables.ts";

/** A table that a query may read, with its columns where they are known. */
export interface UpstreamTable {
  readonly table: string | undefined;
  readonly columns?: readonly Column[];
}

export type QueryBinding =
  | { readonly columns: readonly Column[]; readonly renamed: readonly RenamedColumn[] }
  | { readonly problems: readonly SqlProblem[] };

/**
 * Checks a query's names and types against the columns of the tables that it reads. Undefined when those of one of
 * them are not known before it runs, or when the check would cost too much. What it reads are tables of `upstream` and
 * `input_df`.
 */
export async function bindQuery(
  sql: string,
  { reads, computes }: SqlReading,
  upstream: readonly UpstreamTable[],
  analyzer: SqlAnalyzer,
): Promise<QueryBinding | undefined> {
  if (computes) return undefined;
  const readsInput = reads.some(({ name }) => foldCase(name) === SINGLE_INPUT_NAME);
  const tables = new Set(reads.map(({ name }) => foldCase(name)));
  tables.delete(SINGLE_INPUT_NAME);
  const [single] = upstream;
  if (readsInput && single?.table !== undefined) tables.add(single.table);
  const known: string[] = [];
  for (const table of tables) {
    const columns = upstream.find((step) => step.table === table)?.columns;
    if (columns === undefined || !(await analyzer.declare(table, columns))) return undefined;
    known.push(...columns.map(({ name }) => name));
  }
  return bindAll(sql, { singleInput: readsInput ? single?.table : undefined, known }, analyzer);
}

const MAX_PROBLEMS = 20;
const COLUMN = /^(?:"(?:[^"]|"")*"|[\w\u0080-\uffff]+)(?:\s*\.\s*(?:"(?:[^"]|"")*"|[\w\u0080-\uffff]+))*/;

/**
 * DuckDB stops at the first problem. An unknown column is taken for NULL, which fits nearly everywhere, to find the
 * next one; what goes wrong besides may come from that, and is left for when the columns are right.
 */
async function bindAll(
  sql: string,
  inputs: { readonly singleInput: string | undefined; readonly known: readonly string[] },
  analyzer: SqlAnalyzer,
): Promise<QueryBinding | undefined> {
  const problems: SqlProblem[] = [];
  let text = sql;
  /** How far places behind a replacement have moved, in reading order of the replacements. */
  const moved: { readonly at: number; readonly by: number }[] = [];
  for (;;) {
    const bound = await analyzer.bind(text, inputs.singleInput);
    if ("columns" in bound) {
      if (problems.length > 0) return { problems };
      const { columns, renamed } = bound;
      return columns === undefined ? undefined : { columns, renamed };
    }
    const { kind, message, position } = bound.problem;
    const isName = kind === "column" || kind === "table";
    if (problems.length > 0 && !isName) return { problems };
    const before = moved.reduceRight(
      (place, { at, by }) => (place > at ? place - by : place),
      position ?? placeOfName(message, text),
    );
    problems.push({ ...toProblem(bound.problem, inputs.known), offset: before });
    const name = position === undefined ? undefined : COLUMN.exec(text.slice(position))?.[0];
    if (!isName || position === undefined || name === undefined || problems.length >= MAX_PROBLEMS) {
      return { problems };
    }
    text = `${text.slice(0, position)}NULL${text.slice(position + name.length)}`;
    moved.push({ at: position, by: "NULL".length - name.length });
  }
}

/** Some messages have no position, and name what they are about. */
function placeOfName(message: string, text: string): number {
  const name = /"((?:[^"]|"")+)"/.exec(message)?.[1];
  if (name === undefined) return 0;
  const word = text.search(new RegExp(`(?<!\\w)${name.replaceAll(/[^\w]/g, "\\$&")}(?!\\w)`, "i"));
  return Math.max(word, 0);
}

const CODES: Readonly<Record<BindProblem["kind"], FindingCode>> = {
  column: "sql.unknown_column",
  table: "sql.unknown_column",
  function: "sql.unknown_function",
  type: "sql.wrong_type",
  other: "sql.invalid",
  timeout: "sql.too_slow",
};

function toProblem(problem: BindProblem, known: readonly string[]): SqlProblem {
  const { kind, message, position, name, candidates } = problem;
  const at = { code: CODES[kind], offset: position ?? 0 };
  if (name === undefined) return { ...at, message: `SQL: ${message}` };
  if (kind === "type") return { ...at, ...typeProblem(name, candidates) };
  // DuckDB names only similar columns.
  const hint = didYouMean(name, kind === "column" ? new Set([...candidates, ...known]) : candidates);
  const isName = kind === "column" || kind === "table";
  return { ...at, message: `SQL: ${isName ? `no ${kind} is called "${name}" here` : message}`, hint };
}

const MAX_SIGNATURES = 4;

function typeProblem(
  call: string,
  signatures: readonly string[],
): { readonly message: string; readonly hint: string } {
  const [name = "", types = ""] = call.split(/(?=\()/);
  const advice = "Cast a value (CAST(x AS DOUBLE)), or declare the column's type where it is read.";
  // An operator has a signature for every type there is.
  if (!/^\w/.test(name)) return { message: `SQL: ${name} does not take ${types}`, hint: advice };
  const shown = signatures.slice(0, MAX_SIGNATURES).join("; ");
  const more = signatures.length > MAX_SIGNATURES ? "; and others" : "";
  return { message: `SQL: ${name}() does not take ${types}`, hint: `It takes: ${shown}${more}. ${advice}` };
}
