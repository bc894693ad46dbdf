import { foldCase, type ParsedSql } from "@osiris/core";
import type { FindingCode } from "../finding-codes.ts";
import { isRecord } from "../is-record.ts";
import { nearest } from "../nearest.ts";
import { computesMuch, SIZING_FUNCTIONS } from "./constant-work.ts";
import { ALLOWED_TABLE_FUNCTIONS, REFUSED_FUNCTIONS } from "./functions.ts";
import { selectInstead } from "./select-instead.ts";

/** A table that a query reads, and where: an index into the SQL text, in UTF-16 units. */
export interface TableRead {
  readonly name: string;
  readonly offset: number;
}

export interface SqlProblem {
  readonly code: FindingCode;
  readonly message: string;
  readonly hint?: string;
  readonly offset: number;
}

export interface SqlReading {
  readonly reads: readonly TableRead[];
  readonly problems: readonly SqlProblem[];
  /** Whether DuckDB would compute something large while it only binds the query. */
  readonly computes: boolean;
}

/**
 * What a query reads, from DuckDB's own parse tree. Problems are all that keeps it from being one plain SELECT over
 * functions that there are; `functions` are their names.
 */
export function readTables(sql: string, parsed: ParsedSql, functions: ReadonlySet<string>): SqlReading {
  if ("error" in parsed) return { reads: [], problems: [parseProblem(parsed, sql)], computes: false };
  if (parsed.statements.length !== 1) {
    const hint = "Write one SELECT; give each further result a step of its own.";
    const message = `Expected one SELECT, found ${parsed.statements.length} statements`;
    return { reads: [], problems: [{ code: "sql.one_select", message, hint, offset: 0 }], computes: false };
  }
  const walk = new Walk(sql, functions);
  const tree = parsed.statements[0]?.node;
  walk.query(tree, []);
  return { reads: walk.reads, problems: walk.problems, computes: walk.calls && computesMuch(tree) };
}

function parseProblem(
  { error, position: offset = 0, timedOut = false }: Exclude<ParsedSql, { statements: unknown }>,
  sql: string,
): SqlProblem {
  if (timedOut) return { code: "sql.too_slow", message: `SQL: ${error}`, offset };
  if (!error.startsWith("Only SELECT statements"))
    return { code: "sql.syntax", message: `SQL: ${error}`, offset };
  return {
    code: "sql.only_select",
    message: "A SQL step is one SELECT; this is another kind of statement",
    hint: selectInstead(sql),
    offset,
  };
}

/** In a shorter text no constant is long enough for much work. */
const MAX_HARMLESS = 5_000;

type TreeNode = Readonly<Record<string, unknown>>;

/** The kinds of FROM items that read nothing themselves. What is not named here is refused. */
const PLAIN_TABLE_REFS = new Set(["EMPTY", "JOIN", "SUBQUERY", "EXPRESSION_LIST", "PIVOT"]);
const TABLE_REF_KEYS = new Set(["from_table", "left", "right", "source"]);
/** Recognised wherever they stand: a place this walk does not know must not become a way around it. */
const READING_TABLE_REFS = new Set(["BASE_TABLE", "TABLE_FUNCTION", "SHOW_REF"]);

/** Collects table reads, minding which names are CTEs at each place. */
class Walk {
  readonly reads: TableRead[] = [];
  readonly problems: SqlProblem[] = [];
  /** Whether it calls functions of which DuckDB may compute much while it binds the query. */
  calls = false;
  readonly #sql: string;
  readonly #byteLength: number;
  #offsets: Uint32Array | "same" | undefined;
  readonly #functions: ReadonlySet<string>;

  constructor(sql: string, functions: ReadonlySet<string>) {
    this.#sql = sql;
    this.#byteLength = Buffer.byteLength(sql);
    this.#functions = functions;
  }

  /** A query node: its CTEs are visible in it, and each in those after it. */
  query(node: unknown, outer: readonly string[]): void {
    if (!isRecord(node)) return;
    let scope = outer;
    const ctes = (node["cte_map"] as { map?: readonly unknown[] } | undefined)?.map ?? [];
    for (const cte of ctes) {
      const { key, value } = cte as { key: string; value: TreeNode };
      this.query((value["query"] as TreeNode | undefined)?.["node"], scope);
      scope = [...scope, foldCase(key)];
    }
    const { cte_map: _, ...rest } = node;
    if (node["type"] === "RECURSIVE_CTE_NODE") {
      // Its own name stands for it in the recursive part only; in the first part it is a table of that name.
      const { right, ...first } = rest;
      this.#parts(first, scope);
      this.#parts({ right }, [...scope, foldCase(String(node["cte_name"]))]);
    } else {
      this.#parts(rest, scope);
    }
  }

  #parts(node: TreeNode, scope: readonly string[]): void {
    for (const [key, value] of Object.entries(node)) this.#anything(key, value, scope);
  }

  #anything(key: string, value: unknown, scope: readonly string[]): void {
    if (Array.isArray(value)) {
      for (const item of value) this.#anything(key, item, scope);
    } else if (isRecord(value)) {
      if (isTableRef(key, value)) this.#tableRef(value, scope);
      if (value["class"] === "FUNCTION" || value["class"] === "WINDOW") this.#scalarFunction(value);
      if (value["class"] === "PARAMETER") this.#parameter(value);
      if (isQueryNode(value)) this.query(value, scope);
      else this.#parts(value, scope);
    }
  }

  #tableRef(node: TreeNode, scope: readonly string[]): void {
    const type = String(node["type"]);
    if (type === "BASE_TABLE") this.#baseTable(node, scope);
    else if (type === "TABLE_FUNCTION") this.#tableFunction(node);
    else if (!PLAIN_TABLE_REFS.has(type)) {
      const what = type === "SHOW_REF" ? "DESCRIBE, SHOW and SUMMARIZE" : `A FROM item of kind ${type}`;
      this.#problem(node, "sql.refused", `${what} cannot stand in a SQL step`);
    }
  }

  #baseTable(node: TreeNode, scope: readonly string[]): void {
    const name = String(node["table_name"]);
    // In a recursive CTE with USING KEY, `recurring.<name>` is what it has found so far.
    if (node["schema_name"] === "recurring" && scope.includes(foldCase(name))) return;
    const qualifier = [node["catalog_name"], node["schema_name"]].filter((part) => part !== "").join(".");
    if (qualifier !== "") {
      const hint = "Write the bare name of an upstream step.";
      this.#problem(node, "sql.qualified_name", `"${qualifier}.${name}" is not an upstream table`, hint);
    } else if (!scope.includes(foldCase(name))) {
      this.reads.push({ name, offset: this.#offset(node) });
    }
  }

  #tableFunction(node: TreeNode): void {
    const name = foldCase(String((node["function"] as TreeNode | undefined)?.["function_name"]));
    if (ALLOWED_TABLE_FUNCTIONS.has(name)) return;
    const files = name.startsWith("read_") || name.endsWith("_scan") || name === "glob";
    const hint = files
      ? "Read files with an extractor step, such as filesystem.csv_extractor, and select from its table."
      : `A SQL step may call: ${[...ALLOWED_TABLE_FUNCTIONS].join(", ")}.`;
    this.#problem(
      node,
      "sql.refused_function",
      `The table function ${name}() cannot stand in a SQL step`,
      hint,
    );
  }

  #scalarFunction(node: TreeNode): void {
    const name = foldCase(String(node["function_name"]));
    this.calls ||= SIZING_FUNCTIONS.has(name) || this.#sql.length > MAX_HARMLESS;
    if (!REFUSED_FUNCTIONS.test(name)) return this.#knownFunction(name, node);
    const why = "it looks at the database or its settings, or changes something";
    this.#problem(node, "sql.refused_function", `The function ${name}() cannot stand in a SQL step: ${why}`);
  }

  /** Operators are functions to DuckDB, some under names that it does not list. */
  #knownFunction(name: string, node: TreeNode): void {
    if (node["is_operator"] === true || !/^\w+$/.test(name) || this.#functions.has(name)) return;
    const near = nearest(name, this.#functions);
    const hint = near === undefined ? undefined : `Did you mean "${near}"?`;
    this.#problem(node, "sql.unknown_function", `SQL: there is no function ${name}()`, hint);
  }

  #parameter(node: TreeNode): void {
    const hint = "Write ${params.<name>}; in quotes, where it is a text.";
    const message = "SQL: nobody gives this placeholder a value";
    // The tree does not say where it stands.
    const name = String(node["identifier"]);
    const offset = Math.max(0, this.#sql.search(/^\d+$/.test(name) ? /\?|\$\d/ : /\$[a-z_]/i));
    this.problems.push({ code: "sql.parameter", message, hint, offset });
  }

  #problem(node: TreeNode, code: FindingCode, message: string, hint?: string): void {
    this.problems.push({
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
      offset: this.#offset(node),
    });
  }

  /** query_location counts UTF-8 bytes; DuckDB writes 2^64-1 where it has none. */
  #offset(node: TreeNode): number {
    const location = Number(node["query_location"]);
    if (!Number.isFinite(location) || location > this.#byteLength) return 0;
    this.#offsets ??= this.#byteLength === this.#sql.length ? "same" : offsetsOfBytes(this.#sql);
    return this.#offsets === "same" ? location : (this.#offsets[location] ?? 0);
  }
}

/** For every byte of a text in UTF-8, and for its end, the UTF-16 unit that it belongs to. */
function offsetsOfBytes(text: string): Uint32Array {
  const offsets = new Uint32Array(Buffer.byteLength(text) + 1);
  let byte = 0;
  let offset = 0;
  for (const char of text) {
    const end = byte + Buffer.byteLength(char);
    offsets.fill(offset, byte, end);
    byte = end;
    offset += char.length;
  }
  return offsets.fill(offset, byte);
}

function isTableRef(key: string, value: TreeNode): boolean {
  if ("class" in value || isQueryNode(value)) return false;
  return TABLE_REF_KEYS.has(key) || READING_TABLE_REFS.has(String(value["type"]));
}

function isQueryNode(value: TreeNode): boolean {
  return typeof value["type"] === "string" && value["type"].endsWith("_NODE");
}
