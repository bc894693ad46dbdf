import { connectionOf, isList, type PageFields } from "./connections.ts";
import type { NestedConnections } from "./nested-connections.ts";
import { wayTo, type Paging } from "./pagination.ts";
import type { Planning } from "./planning.ts";
import type { RowsPlan } from "./query-plan.ts";
import { selectedIn, type DataPath } from "./response-path.ts";
import { nameOf, type Selected } from "./selection.ts";
import { planTables } from "./table-plans.ts";

/** Where the rows are, and what they make. undefined when that is not possible, which is then among the problems. */
export function planRows(
  planning: Planning,
  target: DataPath | undefined,
  paging: Paging,
  nested: NestedConnections,
): RowsPlan | undefined {
  const rows = target === undefined ? defaultRows(planning, paging) : target.selected;
  if (rows === undefined) checkUnknownRows(planning, paging);
  else if (!canBeRows(planning, rows, paging)) return undefined;
  const known = rows === undefined || rows.children.size === 0 ? undefined : rows;
  checkFields(planning, known, paging);
  const table = planTables(planning, known, nested);
  if (table === undefined) return undefined;
  return {
    path: target === undefined ? rows?.path : target.path,
    jsonPath: target?.jsonPath ?? (rows === undefined ? "$.data" : jsonPathTo(planning, rows)),
    table,
  };
}

/** The nodes of the connection, else the only field of the query, else all of them. */
function defaultRows({ root }: Planning, { connection }: Paging): Selected {
  if (connection !== undefined) return connection.node;
  const [only, ...others] = root.children.values();
  return only !== undefined && others.length === 0 ? only : root;
}

function canBeRows(planning: Planning, rows: Selected, { connection, plan }: Paging): boolean {
  const { pageFields, problems } = planning;
  const way = wayTo(rows);
  if (plan !== undefined && rows === connection?.field) {
    const hint = `Set data_path: data.${nameOf(connection.node)}.`;
    problems.add("/data_path", `${nameOf(rows)} is the connection itself, and its items are the rows`, hint);
    return false;
  }
  const lists = way.slice(0, -1).filter((field) => isList(field, pageFields) === true);
  const inner = way.find((field) => {
    const isInside = lists.some((list) => list !== field && wayTo(field).includes(list));
    return isInside && connectionOf(field, pageFields) !== undefined;
  });
  if (inner === undefined) return true;
  const [list] = lists;
  problems.add(
    "/data_path",
    `The rows are in ${nameOf(inner)}, one connection for each of ${list ? nameOf(list) : "the rows"}, whose further pages could not ` +
      "be read from here",
    `Set data_path: data.${list ? nameOf(list) : ""} and arrays: tables: then they are a table of their own.`,
  );
  return false;
}

/** Of rows that a JSONPath chooses nobody knows which lists and connections they have. */
function checkUnknownRows({ root, config, pageFields, problems }: Planning, { connection }: Paging): void {
  const hint =
    "Write data_path as a chain of names, such as data.movies.nodes; SQL can choose among the rows.";
  const [unread] = connectionsIn(connection?.field ?? root, pageFields);
  if (unread !== undefined) {
    const message = `Further pages of ${nameOf(unread)} could not be read, as nobody knows whether it is in the rows`;
    problems.add("/data_path", message, hint);
  }
  if (config.arrays === "json") return;
  problems.add("/arrays", "Nobody knows which lists the rows of this data_path have: they stay JSON", hint);
}

/** All connections inside of a field. */
function connectionsIn(from: Selected, pageFields: PageFields): readonly Selected[] {
  return [...from.children.values()].flatMap((field) => [
    ...(connectionOf(field, pageFields) === undefined ? [] : [field]),
    ...connectionsIn(field, pageFields),
  ]);
}

/** The fields of a row that the config names have to be selected. */
function checkFields(planning: Planning, row: Selected | undefined, { plan }: Paging): void {
  const { config, problems } = planning;
  if (config.arrays === "list" && config.schema === undefined && planning.schema === undefined) {
    const message = "arrays: list needs the types of the lists, which the query does not tell";
    problems.add("/arrays", message, "Set schema, or use json or tables.");
  }
  if (row === undefined) return;
  const check = (field: string, pointer: string): void => {
    const found = selectedIn(field.split("."), row, pointer, problems);
    if (found === undefined || found.children.size === 0) return;
    problems.add(pointer, `${nameOf(found)} is an object`, "Name a field of it.");
  };
  if (plan?.kind === "keyset") check(plan.key.join("."), "/pagination_key");
  if (config.incremental === undefined) return;
  check(config.incremental.field, "/incremental/field");
  config.incremental.key?.forEach((field, index) => check(field, `/incremental/key/${index}`));
}

function jsonPathTo({ pageFields }: Planning, rows: Selected): string {
  const parts = wayTo(rows).map((field) =>
    field !== rows && isList(field, pageFields) === true ? `${field.key}[*]` : field.key,
  );
  return `$.${parts.join(".")}`;
}
