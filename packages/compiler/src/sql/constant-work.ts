import { foldCase } from "@osiris/core";

/** Functions whose work grows with the numbers that they are given, or with those in a text that they are given. */
export const SIZING_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    "repeat range generate_series lpad rpad list_resize array_resize bitstring format printf bar repeat_row to_base " +
    "list_reduce array_reduce reduce"
  ).split(" "),
);

/** What these make of their arguments is not bounded by the product. */
const UNBOUNDED = new Set(
  "list_reduce array_reduce reduce ** ^ pow power << exp factorial ! gamma".split(" "),
);

/** What these make is as long as all their arguments together. Of other functions it may be the product. */
const ADDING = new Set(
  "list_value array_value struct_pack row map || concat list_concat + - * / %".split(" "),
);

/** Milliseconds and megabytes; ten times as much would be seconds and gigabytes. */
const MAX_SIZE = 1_000_000;
const MAX_LENGTH = 10_000_000;

type TreeNode = Readonly<Record<string, unknown>>;

/** What is known of a part of a query before it runs. */
interface Work {
  /** Whether it reads nothing: DuckDB then computes it while it binds the query, and cannot be stopped. */
  readonly constant: boolean;
  /** At most so many elements or characters, as far as they are written down. */
  readonly length: number;
  /** At most so many, or so large. Counts only where a function makes that many of something. */
  readonly size: number;
  readonly sizing: boolean;
}

/** True when DuckDB would compute something large while it only binds the query, by a careful estimate. */
export function computesMuch(tree: unknown): boolean {
  let much = false;
  const measure = (node: unknown, inLambda: boolean): Work => {
    if (typeof node !== "object" || node === null) return NOTHING;
    if (Array.isArray(node))
      return together(
        node.map((item) => measure(item, inLambda)),
        "*",
      );
    const { class: kind, type, value, expr, function_name: name } = node as TreeNode;
    // A lambda's parameter is an element of something constant, and may be as large as that.
    if (kind === "COLUMN_REF") return inLambda ? { ...NOTHING, size: Infinity } : RUNNING;
    if (kind === "CONSTANT") return { ...NOTHING, ...sizeOf((value as TreeNode)["value"]) };
    if (kind === "LAMBDA") return measure(expr, true);
    // A table function makes its rows when it runs. Its arguments are constants.
    const call = type === "TABLE_FUNCTION" ? (node as { function?: TreeNode }).function : undefined;
    const parts = Object.values(call ?? node)
      .flat()
      .map((part) => measure(part, inLambda));
    const isQuery = typeof type === "string" && type.endsWith("_NODE");
    if (call !== undefined || isQuery || kind === "SUBQUERY") return RUNNING;
    const work = kind === "FUNCTION" ? called(foldCase(String(name)), parts) : together(parts, "+");
    if (kind !== undefined && work.constant) {
      much ||= work.length > MAX_LENGTH || (work.sizing && work.size > MAX_SIZE);
    }
    return work;
  };
  measure(tree, false);
  return much;
}

const NOTHING: Work = { constant: true, length: 1, size: 1, sizing: false };
const RUNNING: Work = { ...NOTHING, constant: false };

function together(parts: readonly Work[], how: "+" | "*"): Work {
  // Most of a node's parts say nothing of its work.
  const lengths = parts.map(({ length }) => length).filter((length) => length > 1);
  return {
    constant: parts.every(({ constant }) => constant),
    length: lengths.reduce((all, length) => (how === "+" ? all + length : all * length), 1),
    size: parts.reduce((all, { size }) => all * size, 1),
    sizing: parts.some(({ sizing }) => sizing),
  };
}

function called(name: string, parts: readonly Work[]): Work {
  const work = together(parts, ADDING.has(name) ? "+" : "*");
  return {
    ...work,
    size: UNBOUNDED.has(name) ? Infinity : work.size,
    sizing: work.sizing || SIZING_FUNCTIONS.has(name),
  };
}

/** In a text the largest number counts, too: it may be a format, or be cast. */
function sizeOf(value: unknown): { readonly length: number; readonly size: number } {
  if (typeof value === "number") return { length: 1, size: Math.max(1, Math.abs(value)) };
  if (typeof value !== "string") {
    return { length: 1, size: typeof value === "object" && value !== null ? Infinity : 1 };
  }
  const length = Math.max(1, value.length);
  const numbers = (value.match(/\d+/g) ?? []).map(Number);
  return { length, size: numbers.reduce((size, number) => Math.max(size, number), length) };
}
