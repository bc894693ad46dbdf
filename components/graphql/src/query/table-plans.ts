import { uniqueColumnNames } from "@osiris/core";
import { columnType } from "./column-types.ts";
import type { NestedConnections } from "./nested-connections.ts";
import type { Planning } from "./planning.ts";
import { didYouMean } from "./problems.ts";
import type { FieldPlan, ParentKey, ResponsePath, TablePlan } from "./query-plan.ts";
import type { Selected } from "./selection.ts";
import { draftTables, TooManyFields, type FieldDraft, type TableDraft } from "./table-drafts.ts";

/** After the keys of its parent: an item's place in the list. */
const INDEX = "_index";

/**
 * The step's table, and those of the lists inside of its rows.
 * @param rows what a row is; undefined where that is not known
 */
export function planTables(
  planning: Planning,
  rows: Selected | undefined,
  nested: NestedConnections,
): TablePlan | undefined {
  try {
    const tables = draftTables(planning, rows, nested);
    for (const table of tables) nameColumns(table);
    giveTypes(tables, planning);
    const [main] = tables;
    return main && finished(main);
  } catch (error) {
    if (!(error instanceof TooManyFields)) throw error;
    const hint = "Set schema, or arrays: json.";
    planning.problems.add("/query", "It is too deep to plan a table for each field that may be a list", hint);
    return undefined;
  }
}

/** Names of columns that meet get `_2`, `_3`, in the order of the query. */
function nameColumns(table: TableDraft): void {
  const fields = columnsOf(table.fields ?? []);
  const own = table.parent === undefined ? [] : [...table.keys.map(({ name }) => parentColumn(name)), INDEX];
  const names = uniqueColumnNames([...own, ...fields.map(({ column }) => column)]);
  fields.forEach((field, index) => {
    field.column = names[own.length + index] ?? field.column;
  });
}

function parentColumn(key: string): string {
  return `_parent_${key}`;
}

/** The fields that are, or may prove to be, a column of their table. */
function columnsOf(fields: readonly FieldDraft[]): readonly FieldDraft[] {
  return fields.flatMap((field) => [
    ...(isColumn(field) ? [field] : []),
    ...(field.flatten && field.list !== true ? columnsOf(field.fields ?? []) : []),
  ]);
}

function isColumn({ list, table, flatten }: FieldDraft): boolean {
  if (list === true) return table === undefined;
  return !flatten || list === undefined;
}

function giveTypes(tables: readonly TableDraft[], { config, problems }: Planning): void {
  // By an object, a field named "constructor" would have the type of what every object inherits.
  const declared = new Map(Object.entries(config.dtype));
  const known = new Set<string>();
  for (const { output, fields = [] } of tables) {
    for (const field of columnsOf(fields)) {
      const name = output === undefined ? field.column : `${output}.${field.column}`;
      known.add(name);
      field.type = declared.get(name) ?? typeBySchema(field, config.arrays === "list");
    }
  }
  if (tables[0]?.fields === undefined) return;
  for (const name of declared.keys()) {
    if (known.has(name)) continue;
    const pointer = `/dtype/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    problems.add(pointer, `The step has no column "${name}"`, didYouMean(name, known));
  }
}

function typeBySchema({ selected, list, flatten }: FieldDraft, asList: boolean): string | undefined {
  if (selected.children.size > 0) return list === true || !flatten ? "JSON" : undefined;
  const type = columnType(selected.type);
  // A list in a list is one, too, when the outer one has become a table.
  const isList = list === true || type?.endsWith("[]") === true;
  return isList && (!asList || type === undefined) ? "JSON" : type;
}

function finished(table: TableDraft): TablePlan {
  const { output, fields, keys, parent } = table;
  return {
    output,
    fields: fields?.map(finishedField),
    parentKeys: keys.map(({ name, path }): ParentKey => {
      const type = fieldAt(parent?.fields ?? [], path)?.type;
      return { column: parentColumn(name), path, type };
    }),
  };
}

function finishedField({ selected, table, ...field }: FieldDraft): FieldPlan {
  const asTable = table && finished(table);
  const isTable = field.list === true && asTable !== undefined && field.fields !== undefined;
  return {
    key: selected.key,
    column: field.column,
    type: field.type,
    fields: isTable ? asTable.fields : field.fields?.map(finishedField),
    list: field.list,
    flatten: field.flatten,
    table: asTable,
    connection: field.connection,
  };
}

function fieldAt(fields: readonly FieldDraft[], [key, ...rest]: ResponsePath): FieldDraft | undefined {
  const field = fields.find(({ selected }) => selected.key === key);
  return rest.length === 0 ? field : fieldAt(field?.fields ?? [], rest);
}
