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
  /** The field is a list by its plan, so the table exists in any case; else it is a list once it has been seen as one. */
  readonly isKnown: boolean;
  /** Of the field, for {@link SeenFields}. */
  readonly name: string;
}

export interface PlannedRow {
  readonly part: WholeRow;
  readonly children: readonly ChildTable[];
}

/** Makes the parts of a table's rows, of what the query selects for them. */
export function planRow(
  { output = "" }: TablePlan,
  fields: readonly FieldPlan[],
  seen: SeenFields,
): PlannedRow {
  const children: ChildTable[] = [];
  const nameOf = (field: FieldPlan): string => `${output}/${field.column}`;

  const childTable = (field: FieldPlan, plan: TablePlan): void => {
    const isKnown = field.list === true;
    children.push({ plan, isKnown, scalars: field.fields === undefined, name: nameOf(field) });
  };

  const partOf = (field: FieldPlan): RowPart => {
    const { list, table } = field;
    // A scalar of a declared type is a column.
    const toTable = list === true || (list === undefined && !isDeclared(field)) ? table : undefined;
    if (toTable !== undefined) childTable(field, toTable);
    if (list === true) return toTable === undefined ? column(field) : new TablePart(field.column, toTable);
    const object = field.flatten && field.fields !== undefined ? objectOf(field, field.fields) : undefined;
    if (field.connection !== undefined || list === false) return object ?? column(field);
    if (toTable === undefined && object === undefined) return column(field);
    return new UnknownPart(nameOf(field), { object, column: column(field), table: toTable }, seen);
  };

  const objectOf = (field: FieldPlan, inside: readonly FieldPlan[]): RowPart => {
    const object = new ObjectPart(field.column, parts(inside));
    const items = inside.find(({ key }) => key === field.connection?.items);
    if (field.connection === undefined || items?.table === undefined) return object;
    return new ConnectionPart(object, field.connection, items.table);
  };

  const column = (field: FieldPlan): RowPart => new ColumnPart(field, pruner(field));
  const parts = (inside: readonly FieldPlan[]): readonly { key: string; part: RowPart }[] =>
    inside.map((field) => ({ key: field.key, part: partOf(field) }));

  return { part: new ObjectPart(output === "" ? "row" : output, parts(fields)), children };
}

function isDeclared({ type, fields }: FieldPlan): boolean {
  return type !== undefined && fields === undefined;
}
