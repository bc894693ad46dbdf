import type { FieldPlan, TablePlan } from "../query/query-plan.ts";
import { pruner } from "./cell-connections.ts";
import {
  ColumnPart,
  ConnectionPart,
  ObjectPart,
  TablePart,
  UnknownPart,
  type RowPart,
  type WholeRow,
} from "./row-parts.ts";
import type { SeenFields } from "./seen-fields.ts";

/** A child table that a row can have items for. */
export interface ChildTable {
  readonly plan: TablePlan;
  /** Whether its items are scalars: they are the row's `value`. */
  readonly scalars: boolean;
  /** The field is a list by its plan; else it is one once it has been seen as one. */
  readonly isKnown: boolean;
  /** Of the field, in {@link SeenFields}. */
  readonly name: string;
  /** The fields around it, in the same row, that may not be objects. */
  readonly enclosing: readonly string[];
}

export interface PlannedRow {
  readonly part: WholeRow;
  readonly children: readonly ChildTable[];
}

/**
 * Makes the parts of a table's rows, of what the query selects for them.
 * @param name of the field that the table is, in {@link SeenFields}; empty for the main table
 */
export function planRow(
  { output = "row" }: TablePlan,
  fields: readonly FieldPlan[],
  name: string,
  seen: SeenFields,
): PlannedRow {
  const children: ChildTable[] = [];
  const enclosing: string[] = [];
  // Tables of one output may stand for different places: the way to them tells them apart.
  const nameOf = (field: FieldPlan): string => `${name}\n${field.column}`;

  const childTable = (field: FieldPlan, plan: TablePlan): void => {
    const isKnown = field.list === true;
    const scalars = field.fields === undefined;
    children.push({ plan, isKnown, scalars, name: nameOf(field), enclosing: [...enclosing] });
  };

  const partOf = (field: FieldPlan): RowPart => {
    const { list, table } = field;
    // A scalar of a declared type is a column.
    const toTable = list === true || (list === undefined && !isDeclared(field)) ? table : undefined;
    if (toTable !== undefined) childTable(field, toTable);
    if (list === true) return toTable === undefined ? column(field) : new TablePart(field.column, toTable);
    if (field.connection !== undefined || list === false) return objectOf(field) ?? column(field);
    if (toTable === undefined && !isTakenApart(field)) return column(field);
    enclosing.push(nameOf(field));
    const object = objectOf(field);
    enclosing.pop();
    return new UnknownPart(nameOf(field), { object, column: column(field), table: toTable }, seen);
  };

  const objectOf = (field: FieldPlan): RowPart | undefined => {
    const { fields: inside, connection } = field;
    if (inside === undefined || !isTakenApart(field)) return undefined;
    const object = new ObjectPart(field.column, parts(inside));
    const items = inside.find(({ key }) => key === connection?.items);
    if (connection === undefined || items?.table === undefined) return object;
    return new ConnectionPart(object, connection, items.table);
  };

  const column = (field: FieldPlan): RowPart => new ColumnPart(field, pruner(field));
  const parts = (inside: readonly FieldPlan[]): readonly { key: string; part: RowPart }[] =>
    inside.map((field) => ({ key: field.key, part: partOf(field) }));

  return { part: new ObjectPart(output, parts(fields)), children };
}

function isDeclared({ type, fields }: FieldPlan): boolean {
  return type !== undefined && fields === undefined;
}

function isTakenApart({ flatten, fields }: FieldPlan): boolean {
  return flatten && fields !== undefined;
}
