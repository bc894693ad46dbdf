import { OsirisError, type JsonInput } from "@osiris/core";
import type { FieldPlan, NestedConnection } from "../query/query-plan.ts";
import type { Execute, JsonObject, Variables } from "../transport/session.ts";
import { inOrder } from "./in-order.ts";
import { isObject } from "../json.ts";
import { isList, member } from "./json-values.ts";
import {
  afterPage,
  describe,
  itemsOf,
  nextPage,
  openConnection,
  type OpenConnection,
} from "./open-connection.ts";
import type { Prune } from "./row-parts.ts";
import { TaskQueue } from "./task-queue.ts";

/** What the further pages of one cell may hold, and those of all cells of a page of rows, as JSON. */
const CELL_BYTES = 64 * 1024 * 1024;
const ROWS_BYTES = 256 * 1024 * 1024;

/** A field on the way to connections whose items stay in a cell. */
export interface CellField {
  readonly key: string;
  /** Set when it is such a connection itself. */
  readonly connection: NestedConnection | undefined;
  /** The fields of its object. */
  readonly inside: readonly CellField[];
  /** The fields of its items where it is a list: also of one that is a table, whose rows have cells, too. */
  readonly items: readonly CellField[];
}

/** The fields of a table's rows that lead to connections whose items stay in a cell, its child tables' included. */
export function cellFields(fields: readonly FieldPlan[], isInCell = false): readonly CellField[] {
  return fields.flatMap((field) => {
    const { key, list, connection, fields: selected = [] } = field;
    const table = isInCell ? undefined : field.table;
    const isCell = isInCell || !field.flatten || (list === true && table === undefined);
    const inside = list === true && table !== undefined ? [] : cellFields(selected, isCell);
    const items = table === undefined ? inside : cellFields(table.fields ?? []);
    const ofTable = selected.some((inner) => inner.key === connection?.items && inner.table !== undefined);
    const isOwn = connection !== undefined && (isCell || !ofTable);
    if (!isOwn && inside.length === 0 && items.length === 0) return [];
    return { key, connection: isOwn ? connection : undefined, inside, items };
  });
}

/**
 * Takes out of a cell what the query did not ask for: the page info of connections that are complete, and what the plan
 * has added to find their parents by. undefined where there is nothing of the kind.
 */
export function pruner(field: FieldPlan): Prune | undefined {
  const { fields } = field;
  return fields !== undefined && holdsConnection(field) ? (value) => pruned(value, fields) : undefined;
}

function holdsConnection({ connection, fields = [] }: FieldPlan): boolean {
  return connection !== undefined || fields.some((field) => holdsConnection(field));
}

function pruned(value: JsonInput | undefined, fields: readonly FieldPlan[]): JsonInput | undefined {
  if (isList(value)) return value.map((item) => pruned(item, fields) ?? null);
  if (!isObject(value)) return value;
  const members = fields
    .filter(({ key }) => Object.hasOwn(value, key))
    .map((field) => {
      const inner = value[field.key];
      return [field.key, field.fields === undefined ? inner : pruned(inner, field.fields)] as const;
    });
  return Object.fromEntries(members);
}

export interface CellRequests {
  readonly execute: Execute;
  readonly variables: Variables;
  readonly maxConcurrent: number;
}

/** A connection in a cell that is not complete. */
interface CellTask {
  readonly open: OpenConnection;
  readonly field: CellField;
  /** The first page's object, whose list gets the items of the others. */
  readonly target: JsonObject;
  readonly cell: { bytes: number };
  readonly depth: number;
}

/** Completes the connections that stay in cells, in the rows themselves. */
export async function completeCells(
  rows: readonly (JsonInput | undefined)[],
  fields: readonly CellField[],
  { execute, variables, maxConcurrent }: CellRequests,
  signal: AbortSignal,
): Promise<void> {
  if (fields.length === 0) return;
  const queue = new TaskQueue<CellTask>();
  const all = { bytes: 0 };
  for (const row of rows) findOpen(row, fields, queue);
  const work = {
    next: () => queue.next(),
    begin: (task: CellTask, both: AbortSignal) => nextPage(task.open, execute, variables, both),
    take: async (task: CellTask, page: JsonObject) => {
      const { open, field, target, cell, depth } = task;
      const items = itemsOf(open.connection, page);
      assertRoom(open, items, cell, all);
      addItems(target, open.connection.items, items);
      const ofItems = field.inside.find(({ key }) => key === open.connection.items)?.items ?? [];
      for (const item of items) findOpen(item, ofItems, queue, depth + 1, cell);
      const rest = afterPage(open, page);
      if (rest !== undefined) queue.push({ ...task, open: rest });
    },
  };
  await inOrder(work, maxConcurrent, signal);
}

function findOpen(
  value: JsonInput | undefined,
  fields: readonly CellField[],
  queue: TaskQueue<CellTask>,
  depth = 0,
  inCell?: CellTask["cell"],
): void {
  if (!isObject(value)) return;
  for (const field of fields) {
    const inner = member(value, field.key);
    if (isList(inner)) {
      for (const item of inner) findOpen(item, field.items, queue, depth + 1, inCell);
    }
    if (!isObject(inner)) continue;
    const cell = inCell ?? (field.connection === undefined ? undefined : { bytes: 0 });
    const open = field.connection && openConnection(field.connection, inner, value);
    if (open !== undefined && cell !== undefined) queue.push({ open, field, target: inner, cell, depth });
    findOpen(inner, field.inside, queue, depth + 1, cell);
  }
}

/** The rows are the attempt's own, and nobody else reads these lists. */
function addItems(target: JsonObject, key: string, items: readonly JsonInput[]): void {
  const own = target as Record<string, JsonInput[] | undefined>;
  const list = own[key];
  if (Array.isArray(list)) for (const item of items) list.push(item);
  else own[key] = [...items];
}

function assertRoom(
  open: OpenConnection,
  items: readonly JsonInput[],
  cell: { bytes: number },
  all: { bytes: number },
): void {
  const bytes = JSON.stringify(items).length;
  cell.bytes += bytes;
  all.bytes += bytes;
  if (cell.bytes <= CELL_BYTES && all.bytes <= ROWS_BYTES) return;
  throw new OsirisError({
    code: "graphql.cell_too_large",
    category: "resource",
    message: `${describe(open)} is too large for a cell: ${cell.bytes > CELL_BYTES ? "64 MiB" : "the rows of one page may hold 256 MiB of such lists"}`,
    hint: "Set arrays: tables: the items then become rows of a table of their own.",
  });
}
