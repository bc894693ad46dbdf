import {
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  TypeNameMetaFieldDef,
  type FieldNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from "graphql";
import type { QueryDocument } from "./document.ts";
import { placeOf, type Problems } from "./problems.ts";
import type { ResponsePath } from "./query-plan.ts";

/** One response key of the answer: all places of the query that select it, fragments taken apart. */
export interface Selected {
  readonly key: string;
  readonly name: string;
  /** From the answer: `["data", "movies"]`. */
  readonly path: ResponsePath;
  readonly parent: Selected | undefined;
  readonly occurrences: readonly Occurrence[];
  /** By response key, in the order of the query. Empty for scalars. */
  readonly children: ReadonlyMap<string, Selected>;
  /** By the schema. */
  readonly type: GraphQLOutputType | undefined;
}

/** A place of the query that selects a field. */
export interface Occurrence {
  readonly field: FieldNode;
  /** The types that the fragments around it ask for, within the parent's selection. */
  readonly on: readonly string[];
}

/** Fragments in fragments can make many fields of few lines. */
const MAX_FIELDS = 10_000;

/** The tree of response keys, under `data`. undefined when two fields have one key, which is then among the problems. */
export function selectionTree(
  document: QueryDocument,
  schema: GraphQLSchema | undefined,
  problems: Problems,
): Selected | undefined {
  const builder = new TreeBuilder(document, schema, problems);
  const root = builder.build();
  return builder.isSound ? root : undefined;
}

interface Found extends Occurrence {
  readonly type: GraphQLOutputType | undefined;
}

class TreeBuilder {
  isSound = true;
  #fields = 0;

  readonly #document: QueryDocument;
  readonly #schema: GraphQLSchema | undefined;
  readonly #problems: Problems;

  constructor(document: QueryDocument, schema: GraphQLSchema | undefined, problems: Problems) {
    this.#document = document;
    this.#schema = schema;
    this.#problems = problems;
  }

  build(): Selected {
    const { selectionSet } = this.#document.operation;
    const children = new Map<string, Selected>();
    const type = this.#schema?.getQueryType() ?? undefined;
    const root = {
      key: "data",
      name: "",
      path: ["data"],
      parent: undefined,
      occurrences: [],
      children,
      type,
    };
    this.#fill(children, root, [selectionSet]);
    return root;
  }

  #fill(children: Map<string, Selected>, parent: Selected, sets: readonly SelectionSetNode[]): void {
    const found = new Map<string, Found[]>();
    for (const set of sets) this.#collect(set, namedType(parent.type), [], new Set(), found);
    for (const [key, occurrences] of found) {
      const [first] = occurrences;
      if (first === undefined || !this.#isOneField(key, first, occurrences)) continue;
      const inner = new Map<string, Selected>();
      const selected: Selected = {
        key,
        name: first.field.name.value,
        path: [...parent.path, key],
        parent,
        occurrences,
        children: inner,
        type: first.type,
      };
      children.set(key, selected);
      const next = occurrences.flatMap(({ field }) => field.selectionSet ?? []);
      if (next.length > 0) this.#fill(inner, selected, next);
    }
  }

  #collect(
    set: SelectionSetNode,
    type: string | undefined,
    on: readonly string[],
    seen: Set<string>,
    found: Map<string, Found[]>,
  ): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (!this.#mayGoOn()) return;
        const key = selection.alias?.value ?? selection.name.value;
        const place = { field: selection, on, type: this.#typeOf(selection, type) };
        found.set(key, [...(found.get(key) ?? []), place]);
        continue;
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection
          : this.#document.fragments.get(selection.name.value);
      if (fragment === undefined) continue;
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        if (seen.has(selection.name.value)) continue;
        seen.add(selection.name.value);
      }
      const condition = fragment.typeCondition?.name.value;
      const inner = condition === undefined ? on : [...on, condition];
      this.#collect(fragment.selectionSet, condition ?? type, inner, seen, found);
    }
  }

  #typeOf(field: FieldNode, parent: string | undefined): GraphQLOutputType | undefined {
    if (this.#schema === undefined || parent === undefined) return undefined;
    if (field.name.value === "__typename") return TypeNameMetaFieldDef.type;
    const type = this.#schema.getType(parent);
    if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
    return type.getFields()[field.name.value]?.type;
  }

  /** GraphQL servers refuse two fields under one key, or one with different arguments. */
  #isOneField(key: string, first: Found, all: readonly Found[]): boolean {
    const other = all.find(({ field }) => field.name.value !== first.field.name.value);
    if (other === undefined) return true;
    this.isSound = false;
    const names = `${first.field.name.value} and ${other.field.name.value}`;
    const message = `"${key}" would be both ${names} (${placeOf(other.field)})`;
    this.#problems.add("/query", message, "Give one of them another alias.");
    return false;
  }

  #mayGoOn(): boolean {
    if (++this.#fields <= MAX_FIELDS) return true;
    if (this.isSound) {
      const message = `It selects more than ${MAX_FIELDS} fields, its fragments taken apart`;
      this.#problems.add("/query", message, "Select less in one query.");
    }
    this.isSound = false;
    return false;
  }
}

function namedType(type: GraphQLOutputType | undefined): string | undefined {
  const named = type === undefined ? undefined : getNamedType(type);
  return isCompositeType(named) ? named.name : undefined;
}

/** `movies.nodes.reviews`, for messages and settings. */
export function nameOf({ path }: Selected): string {
  return path.slice(1).join(".") || "data";
}

/** A child by the name of its field, whatever its alias. */
export function childNamed(selected: Selected, name: string): Selected | undefined {
  return [...selected.children.values()].find((child) => child.name === name);
}
