import { uniqueColumnNames, type ResourceColumn } from "@osiris/core";
import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from "graphql";
import { columnType } from "../query/column-types.ts";

/** What one field of the query gives. */
export interface QueryResource {
  readonly name: string;
  readonly kind: "connection" | "list" | "object";
  readonly columns: readonly QueryColumn[];
  /** The query that asks a connection for the number of its items, where it has one. */
  readonly totalQuery: string | undefined;
  /** The query that reads it, in pages of so many rows. */
  query(first: number): string;
  /** Where its answer has the rows, from `data`. */
  readonly path: readonly string[];
}

export interface QueryColumn {
  /** Its place in a row. */
  readonly path: readonly string[];
  readonly column: ResourceColumn;
}

/** The fields of the query that a step can read as they are, and the names of those that need arguments. */
export function queryResources(schema: GraphQLSchema): {
  readonly resources: readonly QueryResource[];
  readonly needArguments: readonly string[];
  /** Connections that cannot be asked for their next page. */
  readonly unpaged: readonly string[];
} {
  const query = schema.getQueryType();
  const fields = Object.values(query?.getFields() ?? {}).filter(
    ({ type, deprecationReason }) =>
      deprecationReason == null && isComposite(getNamedType(type)) && getNamedType(type) !== query,
  );
  const needArguments = fields.filter(needsArguments).map(({ name }) => name);
  const free = fields.filter(({ name }) => !needArguments.includes(name));
  const unpaged = free.filter(
    (field) => looksLikeConnection(getNamedType(field.type)) && !connectionIn(field),
  );
  const resources = free
    .filter((field) => !unpaged.includes(field))
    .map((field) => resourceOf(field, query?.name ?? ""));
  return { resources, needArguments, unpaged: unpaged.map(({ name }) => name) };
}

/** The query for a connection says how many rows a page has. */
function needsArguments(field: Field): boolean {
  const given = connectionIn(field) === undefined ? [] : ["first"];
  return field.args.some((argument) => isRequiredArgument(argument) && !given.includes(argument.name));
}

type Composite = GraphQLObjectType | GraphQLInterfaceType;
type Field = GraphQLField<unknown, unknown>;

function isComposite(type: GraphQLNamedOutputType): boolean {
  return isObjectType(type) || isInterfaceType(type) || isUnionType(type);
}

function resourceOf(field: Field, queryType: string): QueryResource {
  const named = getNamedType(field.type);
  const connection = connectionIn(field);
  const rows = connection?.node ?? named;
  const columns = columnsOf(rows, queryType);
  const selection = selectionOf(columns);
  return {
    name: field.name,
    kind: connection ? "connection" : isListType(getNullableType(field.type)) ? "list" : "object",
    columns,
    totalQuery: connection?.hasTotal === true ? `{ ${field.name}(first: 1) { totalCount } }` : undefined,
    path: [field.name, ...(connection?.items ?? [])],
    query: (first) =>
      connection === undefined
        ? `query ${operationName(field)} {\n  ${field.name} {\n${indented(selection, 4)}\n  }\n}\n`
        : connectionQuery(field, connection, selection, first),
  };
}

interface ConnectionField {
  /** `nodes`, or `edges` and `node`. */
  readonly items: readonly string[];
  readonly node: GraphQLNamedOutputType;
  readonly hasTotal: boolean;
  /** The type of `after`. */
  readonly cursorType: string;
}

function connectionIn({ type, args }: Field): ConnectionField | undefined {
  const named = getNamedType(type);
  const after = args.find(({ name }) => name === "after");
  if (after === undefined || isListType(getNullableType(type)) || !looksLikeConnection(named))
    return undefined;
  if (!args.some(({ name }) => name === "first")) return undefined;
  const { nodes, edges, totalCount, pageInfo } = named.getFields();
  const page = getNamedType(pageInfo?.type ?? type);
  if (!isObjectType(page) || !page.getFields()["hasNextPage"] || !page.getFields()["endCursor"])
    return undefined;
  const edge = edges && getNamedType(edges.type);
  const node = nodes ?? (isObjectType(edge) ? edge.getFields()["node"] : undefined);
  if (node === undefined) return undefined;
  return {
    items: nodes === undefined ? ["edges", "node"] : ["nodes"],
    node: getNamedType(node.type),
    hasTotal: totalCount !== undefined && !totalCount.args.some(isRequiredArgument),
    cursorType: String(getNullableType(after.type)),
  };
}

function looksLikeConnection(type: GraphQLNamedOutputType): type is Composite {
  return (isObjectType(type) || isInterfaceType(type)) && type.getFields()["pageInfo"] !== undefined;
}

function connectionQuery(
  field: Field,
  connection: ConnectionField,
  selection: string,
  first: number,
): string {
  const { items, cursorType } = connection;
  const open = items.map((name, depth) => `${" ".repeat(4 + 2 * depth)}${name} {`);
  const close = items.map((_, depth) => `${" ".repeat(4 + 2 * depth)}}`).toReversed();
  return [
    `query ${operationName(field)}($after: ${cursorType}) {`,
    `  ${field.name}(first: ${first}, after: $after) {`,
    ...open,
    indented(selection, 4 + 2 * items.length),
    ...close,
    "    pageInfo {\n      hasNextPage\n      endCursor\n    }\n  }\n}\n",
  ].join("\n");
}

function operationName({ name }: Field): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The scalars of a type, and those of the objects in it. */
function columnsOf(type: GraphQLNamedOutputType, queryType: string): readonly QueryColumn[] {
  const own = fieldsOf(type).flatMap((field): readonly Leaf[] => {
    const inner = getNamedType(field.type);
    if (isLeafType(inner)) return [leafOf(field, [field.name], true)];
    const isObject = !isListType(getNullableType(field.type)) && inner.name !== queryType;
    if (!isObject || looksLikeConnection(inner)) return [];
    const leaves = fieldsOf(inner).filter((leaf) => isLeafType(getNamedType(leaf.type)));
    return leaves.map((leaf) => leafOf(leaf, [field.name, leaf.name], isNonNullType(field.type)));
  });
  const leaves = own.length > 0 ? own : [TYPENAME];
  const names = uniqueColumnNames(leaves.map(({ path }) => path.join(".")));
  const isNode = isObjectType(type) && type.getInterfaces().some(({ name }) => name === "Node");
  return leaves.map(({ path, type: found }, index) => {
    const key = isNode && path.join(".") === "id" ? { primaryKey: 1 } : {};
    return { path, column: { name: names[index] ?? "", ...found, ...key } };
  });
}

/** A column that has no name yet. */
interface Leaf {
  readonly path: readonly string[];
  readonly type: Omit<ResourceColumn, "name">;
}

/** What any object has. */
const TYPENAME: Leaf = {
  path: ["__typename"],
  type: { type: "VARCHAR", sourceType: "String!", nullable: false },
};

/** Those that need no arguments. */
function fieldsOf(type: GraphQLNamedOutputType): readonly Field[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).filter(
    ({ args, deprecationReason }) => deprecationReason == null && !args.some(isRequiredArgument),
  );
}

function leafOf({ type, description }: Field, path: readonly string[], isHeld: boolean): Leaf {
  return {
    path,
    type: {
      type: discoveredType(type),
      sourceType: String(type),
      nullable: !isHeld || !isNonNullType(type),
      ...(description == null ? {} : { description }),
    },
  };
}

/** The values of an API's own scalars decide in a run; most are texts. */
function discoveredType(type: GraphQLOutputType): string {
  if (isListType(getNullableType(type))) return "JSON";
  const named = getNamedType(type);
  return columnType(type) ?? (named.name.toUpperCase().startsWith("JSON") ? "JSON" : "VARCHAR");
}

/** The fields, in the order of the columns. */
function selectionOf(columns: readonly QueryColumn[]): string {
  const lines: string[] = [];
  const open = new Map<string, string[]>();
  for (const { path } of columns) {
    const [name = "", inner] = path;
    if (inner === undefined) lines.push(name);
    else open.set(name, [...(open.get(name) ?? []), inner]);
  }
  const objects = [...open].map(
    ([name, inner]) => `${name} {\n${inner.map((leaf) => `  ${leaf}`).join("\n")}\n}`,
  );
  return [...lines, ...objects].join("\n");
}

function indented(text: string, spaces: number): string {
  return text.replaceAll(/^/gm, " ".repeat(spaces));
}
