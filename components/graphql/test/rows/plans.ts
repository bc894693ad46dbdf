import type { FieldPlan, NestedConnection, RowsPlan, TablePlan } from "../../src/query/query-plan.ts";

/** A scalar of a type that nobody knows. */
export function field(key: string, more: Partial<FieldPlan> = {}): FieldPlan {
  return {
    key,
    column: key,
    type: undefined,
    fields: undefined,
    list: undefined,
    flatten: true,
    table: undefined,
    connection: undefined,
    ...more,
  };
}

/** A scalar of a type that the schema tells. */
export function typed(key: string, type: string): FieldPlan {
  return field(key, { type, list: false });
}

/** A field with a selection. Columns inside of it, but for those of tables, get its name in front. */
export function object(key: string, fields: readonly FieldPlan[], more: Partial<FieldPlan> = {}): FieldPlan {
  return field(key, { fields: fields.map((inner) => within(key, inner)), ...more });
}

function within(name: string, plan: FieldPlan): FieldPlan {
  const { column, fields } = plan;
  const inside = fields === undefined ? {} : { fields: fields.map((inner) => within(name, inner)) };
  return { ...plan, column: `${name}.${column}`, ...inside };
}

/** A child table whose parent's key is `id`. */
export function child(output: string, fields: readonly FieldPlan[], keyType?: string): TablePlan {
  return { output, fields, parentKeys: [{ column: "_parent_id", path: ["id"], type: keyType }] };
}

export function rowsPlan(fields: readonly FieldPlan[] | undefined): RowsPlan {
  return {
    path: ["data", "films"],
    jsonPath: "$.data.films",
    table: { output: undefined, fields, parentKeys: [] },
  };
}

/** A connection of the field `key`, found through `node(id:)`. */
export function connection(key: string): NestedConnection {
  return {
    name: `films.nodes.${key}`,
    items: "nodes",
    cursor: ["pageInfo", "endCursor"],
    hasNext: ["pageInfo", "hasNextPage"],
    parentKey: "id",
    parentType: "_type",
    idVariable: "_id",
    cursorVariable: "_after",
    variables: ["first"],
    followUp: (parentType) => ({ text: `${parentType}.${key}`, operationName: key }),
    answer: ["data", "node", key],
  };
}
