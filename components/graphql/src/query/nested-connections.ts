import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isObjectType,
  Kind,
  parse,
  print,
  validate,
  visit,
  type ASTNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import type { ParentLookup } from "../config.ts";
import { argumentOf, type Connection } from "./connections.ts";
import { fragmentsIn, usedVariables } from "./document.ts";
import { missingPageInfo, placeOfField, refuseBackwards } from "./pagination.ts";
import type { Planning } from "./planning.ts";
import { didYouMean } from "./problems.ts";
import type { NestedConnection } from "./query-plan.ts";
import { childNamed, nameOf, type Occurrence, type Selected } from "./selection.ts";

const NODE: ParentLookup = { field: "node", argument: "id", argument_type: "ID!", key: "id" };

/** Plans the follow-up queries of connections inside of rows. */
export class NestedConnections {
  /** Selections that `__typename` is put into. */
  readonly #typed = new Set<SelectionSetNode>();
  readonly #planned = new Map<Selected, NestedConnection | undefined>();
  readonly #typeAlias: string;
  readonly #idVariable: string;
  readonly #cursorVariable: string;

  readonly #planning: Planning;
  readonly #pagedBy: string | undefined;

  /** @param pagedBy the query's variable for the outer connection's cursor */
  constructor(planning: Planning, pagedBy: string | undefined) {
    this.#planning = planning;
    this.#pagedBy = pagedBy;
    const { operation, fragments } = planning.document;
    const names = namesIn([operation, ...fragments.values()]);
    this.#typeAlias = freeName("osiris_type", names);
    this.#idVariable = freeName("osiris_id", names);
    this.#cursorVariable = freeName("osiris_after", names);
  }

  /** What the query is with, as it has to be sent. */
  get text(): string {
    const { operation, fragments } = this.#planning.document;
    return this.#print([operation, ...fragments.values()]);
  }

  /**
   * @param holder the object that has the connection
   * @returns undefined when its pages cannot be asked for, which is then among the problems
   */
  plan(connection: Connection, holder: Selected): NestedConnection | undefined {
    if (!this.#planned.has(connection.field)) {
      this.#planned.set(connection.field, this.#plan(connection, holder));
    }
    return this.#planned.get(connection.field);
  }

  #plan(connection: Connection, holder: Selected): NestedConnection | undefined {
    const name = nameOf(connection.field);
    const lookup = { ...NODE, ...this.#planning.config.nested[name] };
    const key = this.#keyOf(holder, lookup, connection);
    const isComplete = this.#canBeFollowed(connection);
    const { cursor, hasNext, pageInfo, items, field } = connection;
    if (!isComplete || key === undefined || !cursor || !hasNext || !pageInfo) return undefined;
    for (const { field: place } of holder.occurrences) {
      if (place.selectionSet !== undefined) this.#typed.add(place.selectionSet);
    }
    return {
      name,
      items: items.key,
      cursor: [pageInfo.key, cursor.key],
      hasNext: [pageInfo.key, hasNext.key],
      parentKey: key.key,
      parentType: this.#typeAlias,
      idVariable: this.#idVariable,
      cursorVariable: this.#cursorVariable,
      variables: this.#variablesOf(field),
      followUp: this.#followUps(field, lookup),
      answer: ["data", lookup.field, field.key],
    };
  }

  /** Checks the settings for connections, and the follow-up queries against the schema. Call it when all are planned. */
  check(): void {
    const { config, problems, schema } = this.#planning;
    const names = [...this.#planned.keys()].map(nameOf);
    for (const name of Object.keys(config.nested)) {
      if (names.includes(name)) continue;
      problems.add(pointerOf(name), `The rows have no connection "${name}"`, didYouMean(name, names));
    }
    if (schema === undefined) return;
    for (const [field, nested] of this.#planned) {
      if (nested !== undefined && field.parent !== undefined)
        this.#checkFollowUps(nested, field, field.parent, schema);
    }
  }

  #checkFollowUps(nested: NestedConnection, field: Selected, holder: Selected, schema: GraphQLSchema): void {
    for (const type of concreteTypes(holder, schema)) {
      if (!field.occurrences.some((place) => this.#mayHold(place, type.name))) continue;
      const [error] = validate(schema, parse(nested.followUp(type.name).text), undefined, { maxErrors: 1 });
      if (error === undefined) continue;
      const { config, problems } = this.#planning;
      const lookup = { ...NODE, ...config.nested[nested.name] };
      const message =
        `Further pages of ${nested.name} cannot be asked for through ${lookup.field}(${lookup.argument}:): ` +
        error.message.replace(/\.$/, "");
      const pointer = Object.hasOwn(config.nested, nested.name) ? pointerOf(nested.name) : "/query";
      problems.add(pointer, message, lookupHint(nested.name, type, schema));
      return;
    }
  }

  #keyOf(holder: Selected, lookup: ParentLookup, connection: Connection): Selected | undefined {
    const { problems } = this.#planning;
    const name = nameOf(connection.field);
    if (holder.parent === undefined) {
      problems.add(
        this.#planning.config.data_path === undefined ? "/query" : "/data_path",
        `The rows are data itself, and ${name} is a connection in it, of which only one page would be read`,
        `Set data_path: data.${nameOf(connection.node)}, and use a step for each connection.`,
      );
      return undefined;
    }
    const key = childNamed(holder, lookup.key);
    if (key === undefined) {
      problems.add(
        "/query",
        `Further pages of ${name} are asked for by ${lookup.key}, which the query does not select in ${nameOf(holder)} ` +
          `(${placeOfField(connection.field)})`,
        `Add ${lookup.key} in ${nameOf(holder)}, or say in nested["${name}"] how one of its objects is found.`,
      );
    }
    return key;
  }

  #canBeFollowed(connection: Connection): boolean {
    const { problems } = this.#planning;
    const { field } = connection;
    const name = nameOf(field);
    if (refuseBackwards(this.#planning, connection)) return false;
    const missing = missingPageInfo(this.#planning, connection);
    if (missing.length > 0) {
      const message = `${name} is a connection inside of rows, and only its first page would be read (${placeOfField(field)})`;
      problems.add("/query", message, `Add ${missing.join("; ")}.`);
      return false;
    }
    return this.#hasOneList(connection) && this.#hasCursorOfItsOwn(field) && this.#isOfOneType(field);
  }

  #hasOneList({ field }: Connection): boolean {
    const both = ["nodes", "edges"].every((name) => (childNamed(field, name)?.children.size ?? 0) > 0);
    if (!both) return true;
    const message = `${nameOf(field)} selects its items twice, as nodes and as edges (${placeOfField(field)})`;
    this.#planning.problems.add("/query", message, "Select one of them.");
    return false;
  }

  #hasCursorOfItsOwn(field: Selected): boolean {
    const after = argumentOf(field, "after")?.value;
    const isVariable = after?.kind === Kind.VARIABLE;
    if (
      after === undefined ||
      after.kind === Kind.NULL ||
      (isVariable && after.name.value !== this.#pagedBy)
    ) {
      return true;
    }
    const message = isVariable
      ? `${nameOf(field)} and the connection around it share the cursor $${after.name.value} (${placeOfField(field)})`
      : `The first page of ${nameOf(field)} begins after a fixed cursor (${placeOfField(field)})`;
    this.#planning.problems.add(
      "/query",
      message,
      `Leave after: out of ${field.name}: it is put in for further pages.`,
    );
    return false;
  }

  /** Without a schema it cannot be told which of several types an object has. */
  #isOfOneType({ occurrences, ...field }: Selected): boolean {
    const conditions = new Set(occurrences.map(({ on }) => on.join(" ")));
    if (this.#planning.schema !== undefined || conditions.size < 2) return true;
    const name = nameOf({ ...field, occurrences });
    const message = `${name} is selected for several types under one name`;
    this.#planning.problems.add("/query", message, "Give each an alias of its own, or set schema.");
    return false;
  }

  #variablesOf(field: Selected): readonly string[] {
    const fields = field.occurrences.map((place) => withCursor(place.field, this.#cursorVariable));
    const used = usedVariables([...fields, ...fragmentsIn(fields, this.#planning.document.fragments)]);
    const declared = this.#planning.document.operation.variableDefinitions ?? [];
    return declared.map(({ variable }) => variable.name.value).filter((name) => used.has(name));
  }

  #followUps(field: Selected, lookup: ParentLookup): NestedConnection["followUp"] {
    const made = new Map<string, ReturnType<NestedConnection["followUp"]>>();
    const base = this.#planning.document.operation.name?.value ?? "Osiris";
    const operationName = [base, ...field.path.slice(1)].join("_");
    return (parentType) => {
      const known = made.get(parentType);
      if (known !== undefined) return known;
      const text = this.#followUpText(field, lookup, parentType, operationName);
      made.set(parentType, { text, operationName });
      return { text, operationName };
    };
  }

  #followUpText(field: Selected, lookup: ParentLookup, parentType: string, name: string): string {
    const fitting = field.occurrences.filter((place) => this.#mayHold(place, parentType));
    // A type that the schema does not know yet: the answer that named it had the connection.
    const places = fitting.length === 0 ? field.occurrences : fitting;
    const fields = places.map((place) => withCursor(place.field, this.#cursorVariable));
    const fragments = fragmentsIn(fields, this.#planning.document.fragments);
    const used = usedVariables([...fields, ...fragments]);
    const definitions = (this.#planning.document.operation.variableDefinitions ?? [])
      .filter(({ variable }) => used.has(variable.name.value))
      .map((definition) => `, ${print(definition)}`);
    const variables = `$${this.#idVariable}: ${lookup.argument_type}, $${this.#cursorVariable}: ${this.#cursorType(field)}`;
    const selections = fields.map((selection) => this.#print([selection])).join("\n");
    const object = `${lookup.field}(${lookup.argument}: $${this.#idVariable})`;
    const query =
      `query ${name}(${variables}${definitions.join("")}) {\n` +
      `${object} {\n... on ${parentType} {\n${selections}\n}\n}\n}`;
    return [query, ...fragments.map((fragment) => this.#print([fragment]))].join("\n\n");
  }

  /** Whether an object of the type can have what is selected there. */
  #mayHold({ on }: Occurrence, parentType: string): boolean {
    const { schema } = this.#planning;
    if (schema === undefined) return true;
    const type = schema.getType(parentType);
    return on.every((name) => {
      const condition = schema.getType(name);
      if (name === parentType) return true;
      return isAbstractType(condition) && type !== undefined && "getInterfaces" in type
        ? schema.isSubType(condition, type)
        : false;
    });
  }

  /** As the query declares it for this connection or the outer one, else as nearly all APIs have it. */
  #cursorType(field: Selected): string {
    const after = argumentOf(field, "after")?.value;
    const own = after?.kind === Kind.VARIABLE ? after.name.value : this.#pagedBy;
    const declared = this.#planning.document.operation.variableDefinitions?.find(
      ({ variable }) => variable.name.value === own,
    );
    return declared === undefined ? "String" : print(declared.type);
  }

  #print(nodes: readonly ASTNode[]): string {
    const typename: SelectionNode = {
      kind: Kind.FIELD,
      alias: { kind: Kind.NAME, value: this.#typeAlias },
      name: { kind: Kind.NAME, value: "__typename" },
    };
    const typed = this.#typed;
    return nodes
      .map((node) =>
        print(
          visit(node, {
            SelectionSet(set) {
              return typed.has(set) ? { ...set, selections: [typename, ...set.selections] } : undefined;
            },
          }),
        ),
      )
      .join("\n\n");
  }
}

/** The connection's field, from a cursor on. */
function withCursor(field: FieldNode, variable: string): FieldNode {
  const others = (field.arguments ?? []).filter(({ name }) => name.value !== "after");
  const after = {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: "after" },
    value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: variable } },
  } as const;
  return { ...field, arguments: [...others, after] };
}

/** All response keys and variables. */
function namesIn(definitions: readonly (ASTNode | FragmentDefinitionNode)[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const definition of definitions) {
    visit(definition, {
      Name({ value }) {
        names.add(value);
      },
    });
  }
  return names;
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let copy = 2; taken.has(name); copy++) name = `${wanted}_${copy}`;
  return name;
}

/** The types that an object may have. */
function concreteTypes({ type }: Selected, schema: GraphQLSchema): readonly GraphQLObjectType[] {
  const named = type === undefined ? undefined : getNamedType(type);
  if (isAbstractType(named)) return schema.getPossibleTypes(named);
  return isObjectType(named) ? [named] : [];
}

/** The fields of the query that find one object of the type. */
function lookupHint(name: string, type: GraphQLObjectType, schema: GraphQLSchema): string {
  const finders = Object.values(schema.getQueryType()?.getFields() ?? {})
    .filter((field) => field.args.length > 0 && getNullableType(field.type) === type)
    .map(
      (field) => `${field.name}(${field.args.map((arg) => `${arg.name}: ${String(arg.type)}`).join(", ")})`,
    );
  const choice = finders.length === 0 ? "" : ` There is: ${finders.slice(0, 5).join(", ")}.`;
  return `Say in nested["${name}"] which field of the query finds one ${type.name} by its key.${choice}`;
}

function pointerOf(name: string): string {
  return `/nested/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
