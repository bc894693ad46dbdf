import { Kind } from "graphql";
import {
  argumentOf,
  isList,
  outermostConnections,
  connectionOf,
  pageField,
  type Connection,
} from "./connections.ts";
import { usedVariables } from "./document.ts";
import type { Planning } from "./planning.ts";
import { didYouMean, placeOf } from "./problems.ts";
import type { PaginationPlan, ResponsePath } from "./query-plan.ts";
import { chainOfNames, selectedAt, type DataPath } from "./response-path.ts";
import { nameOf, type Selected } from "./selection.ts";

/** How the pages are asked for, and the connection that they are of. */
export interface Paging {
  readonly plan: PaginationPlan | undefined;
  /** The connection whose items are the rows unless data_path says something else. */
  readonly connection: Connection | undefined;
}

/**
 * Decides what is paged. What would end after its first page without a word is a problem.
 * @param target data_path, when there is one
 */
export function planPaging(planning: Planning, target: DataPath | undefined): Paging {
  const connection = chooseConnection(planning, target);
  const { config } = planning;
  if (connection === "ambiguous") return { plan: undefined, connection: undefined };
  if (!config.pagination_enabled) {
    refuseTotal(planning);
    return { plan: undefined, connection };
  }
  const plan =
    config.pagination === "auto" || config.pagination === "relay"
      ? planRelay(planning, connection)
      : planCounted(planning, connection, config.pagination);
  if (plan === undefined) refuseTotal(planning);
  return { plan, connection };
}

/** The outermost connection on the way to the rows, or the only one there is. */
function chooseConnection(
  planning: Planning,
  target: DataPath | undefined,
): Connection | "ambiguous" | undefined {
  const { root, pageFields, config } = planning;
  const all = outermostConnections(root, pageFields);
  if (target?.selected !== undefined) {
    const way = wayTo(target.selected);
    return all.find(({ field }) => way.includes(field));
  }
  const path = config.pagination_path === undefined ? undefined : chainOfNames(config.pagination_path);
  const named = all.find(({ pageInfo }) => pageInfo !== undefined && samePath(pageInfo.path, path));
  if (named !== undefined) return named;
  if (all.length < 2) return all[0];
  const names = all.map(({ field }) => nameOf(field));
  const [first = ""] = names;
  planning.problems.add(
    "/query",
    `It has ${all.length} connections beside each other (${names.join(", ")}), and a step reads the pages of one`,
    `Use a step for each, or say which: data_path: data.${first}.${all[0]?.items.key ?? "nodes"}.`,
  );
  return "ambiguous";
}

function samePath(a: ResponsePath, b: ResponsePath | undefined): boolean {
  return a.join(".") === b?.join(".");
}

/** From the answer's root to the field. */
export function wayTo(selected: Selected): readonly Selected[] {
  return selected.parent === undefined ? [selected] : [...wayTo(selected.parent), selected];
}

function planRelay(planning: Planning, connection: Connection | undefined): PaginationPlan | undefined {
  const { config, problems } = planning;
  if (config.pagination_path !== undefined) return planNamedPageInfo(planning, config.pagination_path);
  if (connection === undefined) {
    if (config.pagination_variable_name !== undefined && config.pagination === "auto") {
      problems.add(
        "/pagination_variable_name",
        "Nothing says how the variable leads to the next page: the query has no connection on the way to the rows",
        "Set pagination to offset, page or keyset, or pagination_path to where an answer says whether there is more.",
      );
    }
    if (config.pagination === "relay") {
      problems.add(
        "/pagination",
        "The query has no connection on the way to the rows",
        "Select pageInfo { hasNextPage endCursor } beside the nodes, or name it in pagination_path.",
      );
    }
    return undefined;
  }
  const variable = config.pagination_variable_name ?? cursorVariable(planning, connection);
  const { cursor, hasNext } = connection;
  if (!canBePaged(planning, connection, variable)) return undefined;
  return relayPlan(planning, variable, cursor, hasNext);
}

/** undefined for a part that is missing, which is then among the problems. */
function relayPlan(
  planning: Planning,
  variable: string | undefined,
  cursor: Selected | undefined,
  hasNext: Selected | undefined,
): PaginationPlan | undefined {
  if (variable === undefined || cursor === undefined || hasNext === undefined) return undefined;
  if (!isDeclared(planning, variable)) return undefined;
  return {
    kind: "relay",
    variable,
    cursor: cursor.path,
    hasNext: hasNext.path,
    totalPath: totalPath(planning),
  };
}

/** The variable of `after: $name`. */
function cursorVariable({ document }: Planning, { field }: Connection): string | undefined {
  const after = argumentOf(field, "after")?.value;
  const declared = document.operation.variableDefinitions ?? [];
  if (after?.kind !== Kind.VARIABLE) return undefined;
  return declared.some(({ variable }) => variable.name.value === after.name.value)
    ? after.name.value
    : undefined;
}

function canBePaged(planning: Planning, connection: Connection, variable: string | undefined): boolean {
  const { field, items } = connection;
  if (refuseBackwards(planning, connection)) return false;
  const missing = [...missingPageInfo(planning, connection)];
  if (variable === undefined) missing.push(`${field.name}(after: $after) and the variable $after: String`);
  if (missing.length === 0) return true;
  const place = placeOfField(field);
  planning.problems.add(
    "/query",
    `${nameOf(field)} is a connection, and only its first page would be read (${place})`,
    `Add ${missing.join("; ")}. ${rowsAround(planning, connection)}Or choose another kind of pagination, or ` +
      `pagination_enabled: false to read the first page of ${nameOf(items)} only.`,
  );
  return false;
}

/** What to do when a field around the connection is a list, as far as nobody knows that it is none. */
function rowsAround({ pageFields }: Planning, { field }: Connection): string {
  const list = wayTo(field)
    .slice(1, -1)
    .find((around) => isList(around, pageFields) === undefined);
  return list === undefined
    ? ""
    : `Where ${nameOf(list)} is a list, whose items are the rows: data_path: data.${nameOf(list)}. `;
}

/** What to add to a connection for its pages to be known, as text. */
export function missingPageInfo({ pageFields }: Planning, connection: Connection): readonly string[] {
  const { pageInfo, hasNext, cursor, items } = connection;
  const fields = `${pageFields.hasNext} ${pageFields.cursor}`;
  if (pageInfo === undefined) return [`pageInfo { ${fields} } beside ${items.key}`];
  if (hasNext !== undefined && cursor !== undefined) return [];
  const missing = [hasNext ? [] : [pageFields.hasNext], cursor ? [] : [pageFields.cursor]].flat();
  return [`${missing.join(" and ")} in ${nameOf(pageInfo)}`];
}

/**
 * `last` and `before` lead to the beginning, where nothing says that there is more.
 * @param otherwise what else a user may do
 */
export function refuseBackwards(planning: Planning, { field }: Connection, otherwise?: string): boolean {
  const argument = argumentOf(field, "last") ?? argumentOf(field, "before");
  if (argument === undefined) return false;
  planning.problems.add(
    "/query",
    `${nameOf(field)} is read backwards (${argument.name.value}, ${placeOf(argument)}): hasNextPage and endCursor say nothing of ` +
      "the items before it",
    ["Use first and after; an argument for the order, where the API has one, turns it round.", otherwise]
      .filter((text) => text !== undefined)
      .join(" "),
  );
  return true;
}

export function placeOfField({ occurrences }: Selected): string {
  const field = occurrences[0]?.field;
  return field === undefined ? "the query" : placeOf(field);
}

/** A pageInfo that the config names. */
function planNamedPageInfo(planning: Planning, text: string): PaginationPlan | undefined {
  const { config, problems, pageFields } = planning;
  const pageInfo = pageInfoAt(planning, text);
  if (pageInfo === undefined) return undefined;
  const cursor = pageFieldAt(planning, pageInfo, pageFields.cursor, "/pagination_cursor_field");
  const hasNext = pageFieldAt(planning, pageInfo, pageFields.hasNext, "/pagination_has_next_field");
  const parent = pageInfo.parent && connectionOf(pageInfo.parent, pageFields);
  if (parent !== undefined && refuseBackwards(planning, parent)) return undefined;
  const variable = config.pagination_variable_name ?? (parent && cursorVariable(planning, parent));
  if (variable === undefined) {
    const hint = "Write after: $after and declare $after: String, or name the variable here.";
    problems.add("/pagination_variable_name", "Nothing says which variable takes the cursor", hint);
  }
  return relayPlan(planning, variable, cursor, hasNext);
}

function pageInfoAt({ root, problems, pageFields }: Planning, text: string): Selected | undefined {
  const path = chainOfNames(text);
  if (path === undefined) {
    const message = `"${text}" is no chain of names`;
    problems.add("/pagination_path", message, "Write where the answer has it: data.movies.pageInfo.");
    return undefined;
  }
  const pageInfo = selectedAt(path, root, "/pagination_path", problems);
  const list = pageInfo && wayTo(pageInfo).find((field) => isList(field, pageFields) === true);
  if (list === undefined) return pageInfo;
  const message = `${nameOf(list)} is a list: each of its items has a pageInfo of its own`;
  problems.add("/pagination_path", message, "Name that of the connection that holds the rows.");
  return undefined;
}

function pageFieldAt(
  { problems }: Planning,
  pageInfo: Selected,
  name: string,
  pointer: string,
): Selected | undefined {
  const found = pageField(pageInfo, name);
  if (found === undefined) {
    const message = `The query does not select "${name}" in ${nameOf(pageInfo)}`;
    problems.add(pointer, message, didYouMean(name, pageInfo.children.keys()));
  }
  return found;
}

/** Offset, page number or keyset. */
function planCounted(
  planning: Planning,
  connection: Connection | undefined,
  kind: "offset" | "page" | "keyset",
): PaginationPlan | undefined {
  const { config, pageFields } = planning;
  const variable = config.pagination_variable_name ?? "";
  if (!isDeclared(planning, variable)) return undefined;
  const pageInfo =
    config.pagination_path === undefined ? undefined : pageInfoAt(planning, config.pagination_path);
  if (config.pagination_path !== undefined && pageInfo === undefined) return undefined;
  const hasNext =
    pageInfo === undefined
      ? connection?.hasNext
      : pageFieldAt(planning, pageInfo, pageFields.hasNext, "/pagination_has_next_field");
  const shared = { variable, totalPath: totalPath(planning), hasNext: hasNext?.path };
  if (kind === "keyset") return { ...shared, kind, key: (config.pagination_key ?? "").split(".") };
  const start = config.pagination_start ?? (kind === "page" ? 1 : 0);
  return { ...shared, kind, start, field: fieldWith(variable, planning.root)?.path };
}

/** The first field that takes the variable as an argument. */
function fieldWith(variable: string, from: Selected): Selected | undefined {
  const takesIt = from.occurrences.some(({ field }) => usedVariables(field.arguments ?? []).has(variable));
  if (takesIt) return from;
  for (const child of from.children.values()) {
    const found = fieldWith(variable, child);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isDeclared({ document, problems }: Planning, variable: string): boolean {
  const names = (document.operation.variableDefinitions ?? []).map(
    (declared) => declared.variable.name.value,
  );
  if (names.includes(variable)) return true;
  const message = `The query declares no variable $${variable}`;
  problems.add("/pagination_variable_name", message, didYouMean(variable, names));
  return false;
}

/** A number that nothing would be compared with. */
function refuseTotal({ config, problems }: Planning): void {
  if (config.pagination_total_path === undefined) return;
  const message = "The rows of all pages are compared with it, and no pages are read here";
  problems.add("/pagination_total_path", message, "Leave it out, or set pagination.");
}

function totalPath({ config, root, problems }: Planning): ResponsePath | undefined {
  if (config.pagination_total_path === undefined) return undefined;
  const path = chainOfNames(config.pagination_total_path);
  if (path === undefined) {
    const message = `"${config.pagination_total_path}" is no chain of names`;
    problems.add("/pagination_total_path", message, "Write where the answer has it: data.movies.totalCount.");
    return undefined;
  }
  return selectedAt(path, root, "/pagination_total_path", problems)?.path;
}
