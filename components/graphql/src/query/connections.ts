import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  type ArgumentNode,
} from "graphql";
import { childNamed, type Selected } from "./selection.ts";

/** The names of the two fields of a connection's pageInfo. */
export interface PageFields {
  readonly cursor: string;
  readonly hasNext: string;
}

/** A field that gives its items in pages; what the query does not select of it is undefined. */
export interface Connection {
  readonly field: Selected;
  /** `nodes` or `edges`. */
  readonly items: Selected;
  /** `nodes`, or the `node` of `edges`. */
  readonly node: Selected;
  readonly pageInfo: Selected | undefined;
  readonly cursor: Selected | undefined;
  readonly hasNext: Selected | undefined;
}

/** The field as a connection; undefined when nothing says that it is one. */
export function connectionOf(field: Selected, names: PageFields): Connection | undefined {
  const pageInfo = childNamed(field, "pageInfo");
  const items = itemsOf(field, pageInfo);
  if (items === undefined) return undefined;
  if (pageInfo === undefined && !hasPageArguments(field) && !hasPages(field, items)) return undefined;
  return {
    field,
    items,
    node: (items.name === "edges" ? childNamed(items, "node") : undefined) ?? items,
    pageInfo,
    cursor: pageInfo && pageField(pageInfo, names.cursor),
    hasNext: pageInfo && pageField(pageInfo, names.hasNext),
  };
}

/** By its response key, as a user names it, else by its field. */
export function pageField(pageInfo: Selected, name: string): Selected | undefined {
  return pageInfo.children.get(name) ?? childNamed(pageInfo, name);
}

function itemsOf(field: Selected, pageInfo: Selected | undefined): Selected | undefined {
  const objects = [...field.children.values()].filter((child) => child.children.size > 0);
  const usual = objects.find(({ name }) => name === "nodes") ?? objects.find(({ name }) => name === "edges");
  if (usual !== undefined || pageInfo === undefined) return usual;
  // Some APIs call them items, or after what they are.
  const others = objects.filter((child) => child !== pageInfo && listByType(child) !== false);
  return others.length === 1 ? others[0] : undefined;
}

const PAGE_ARGUMENTS = new Set(["first", "last", "after", "before"]);

function hasPageArguments(field: Selected): boolean {
  return field.occurrences.some(({ field: { arguments: given } }) =>
    given?.some(({ name }) => PAGE_ARGUMENTS.has(name.value)),
  );
}

/**
 * Whether a field whose items alone are selected has pages: by the schema, else by its form. Many servers have pages of a size
 * of their own for a query that asks for none.
 */
function hasPages({ type, children }: Selected, items: Selected): boolean {
  if (type === undefined) {
    if (items.name === "edges") return childNamed(items, "node") !== undefined;
    return [...children.values()].every(({ name }) => BESIDE_NODES.has(name));
  }
  const named = getNamedType(type);
  return (isObjectType(named) || isInterfaceType(named)) && named.getFields()["pageInfo"] !== undefined;
}

/** What a connection has beside its pageInfo; an object that has other fields only calls some of them nodes. */
const BESIDE_NODES = new Set(["nodes", "edges", "totalCount", "__typename"]);

/** An argument of the field; all its places in the query have the same ones. */
export function argumentOf({ occurrences }: Selected, name: string): ArgumentNode | undefined {
  return occurrences[0]?.field.arguments?.find((given) => given.name.value === name);
}

/** Whether the field's value is a list: by the schema, else by its place in a connection; undefined: not known. */
export function isList(field: Selected, names: PageFields): boolean | undefined {
  const { parent } = field;
  const known = listByType(field);
  if (known !== undefined || parent === undefined) return known ?? false;
  const connection = connectionOf(parent, names);
  if (connection?.items === field) return true;
  if (connection?.pageInfo === field || parent.name === "pageInfo" || field.name === "__typename")
    return false;
  if (parent.parent && connectionOf(parent.parent, names)?.node === field) return false;
  return connectionOf(field, names) === undefined ? undefined : false;
}

function listByType({ type }: Selected): boolean | undefined {
  return type === undefined ? undefined : isListType(getNullableType(type));
}

/** Connections that no other contains and that stand in no list: those whose pages a query can ask for. */
export function outermostConnections(root: Selected, names: PageFields): readonly Connection[] {
  return [...root.children.values()].flatMap((field) => {
    const connection = connectionOf(field, names);
    if (connection !== undefined) return [connection];
    return isList(field, names) === true ? [] : outermostConnections(field, names);
  });
}
