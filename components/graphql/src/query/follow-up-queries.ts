import {
  isAbstractType,
  isInterfaceType,
  isObjectType,
  getNamedType,
  getNullableType,
  Kind,
  print,
  visit,
  type ASTNode,
  type FieldNode,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import type { ParentLookup } from "../config.ts";
import { argumentOf } from "./connections.ts";
import { fragmentsIn, usedVariables, type QueryDocument } from "./document.ts";
import type { NestedConnection } from "./query-plan.ts";
import type { Occurrence, Selected } from "./selection.ts";

/** Writes the query as it is sent, and those for further pages of the connections inside of rows. */
export class FollowUpQueries {
  /** Names that the query does not use: the alias of `__typename`, and two variables. */
  readonly typeAlias: string;
  readonly idVariable: string;
  readonly cursorVariable: string;
  /** Selections that `__typename` is put into. */
  readonly #typed = new Set<SelectionSetNode>();
  readonly #document: QueryDocument;
  readonly #schema: GraphQLSchema | undefined;
  readonly #outerCursor: string | undefined;

  /** @param outerCursor the query's variable for the cursor of the connection that is paged */
  constructor(document: QueryDocument, schema: GraphQLSchema | undefined, outerCursor: string | undefined) {
    this.#document = document;
    this.#schema = schema;
    this.#outerCursor = outerCursor;
    const names = namesIn([document.operation, ...document.fragments.values()]);
    this.typeAlias = freeName("osiris_type", names);
    this.idVariable = freeName("osiris_id", names);
    this.cursorVariable = freeName("osiris_after", names);
  }

  /** The query itself, with what has been put into it so far. */
  get text(): string {
    const { operation, fragments } = this.#document;
    return this.#print([operation, ...fragments.values()]);
  }

  /** Has `__typename` put into all places that select the object. */
  askForType(holder: Selected): void {
    for (const { field } of holder.occurrences) {
      if (field.selectionSet !== undefined) this.#typed.add(field.selectionSet);
    }
  }

  /** The query's variables that the follow-ups of a connection use. */
  variablesOf(field: Selected): readonly string[] {
    const fields = field.occurrences.map((place) => withCursor(place.field, this.cursorVariable));
    const used = usedVariables([...fields, ...fragmentsIn(fields, this.#document.fragments)]);
    const declared = this.#document.operation.variableDefinitions ?? [];
    return declared.map(({ variable }) => variable.name.value).filter((name) => used.has(name));
  }

  /** The follow-ups of a connection, by the type of its parent. */
  of(field: Selected, lookup: ParentLookup): NestedConnection["followUp"] {
    const made = new Map<string, ReturnType<NestedConnection["followUp"]>>();
    const base = this.#document.operation.name?.value ?? "Osiris";
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
    const fitting = field.occurrences.filter((place) => this.mayHold(place, parentType));
    // A type that the schema does not know yet: the answer that named it had the connection.
    const places = fitting.length === 0 ? field.occurrences : fitting;
    const fields = places.map((place) => withCursor(place.field, this.cursorVariable));
    const fragments = fragmentsIn(fields, this.#document.fragments);
    const used = usedVariables([...fields, ...fragments]);
    const definitions = (this.#document.operation.variableDefinitions ?? [])
      .filter(({ variable }) => used.has(variable.name.value))
      .map((definition) => `, ${print(definition)}`);
    const variables = `$${this.idVariable}: ${lookup.argument_type}, $${this.cursorVariable}: ${this.#cursorType(field)}`;
    const selections = fields.map((selection) => this.#print([selection])).join("\n");
    const object = `${lookup.field}(${lookup.argument}: $${this.idVariable})`;
    const query =
      `query ${name}(${variables}${definitions.join("")}) {\n` +
      `${object} {\n... on ${parentType} {\n${selections}\n}\n}\n}`;
    return [query, ...fragments.map((fragment) => this.#print([fragment]))].join("\n\n");
  }

  /** Whether an object of the type can have what is selected there. */
  mayHold({ on }: Occurrence, parentType: string): boolean {
    const schema = this.#schema;
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

  /** By the schema, else as the query declares it for this connection or the outer one, else as nearly all APIs have it. */
  #cursorType(field: Selected): string {
    const bySchema = this.#cursorTypeBySchema(field);
    if (bySchema !== undefined) return bySchema;
    const after = argumentOf(field, "after")?.value;
    const own = after?.kind === Kind.VARIABLE ? after.name.value : this.#outerCursor;
    const declared = this.#document.operation.variableDefinitions?.find(
      ({ variable }) => variable.name.value === own,
    );
    return declared === undefined ? "String" : print(declared.type);
  }

  #cursorTypeBySchema({ parent, name }: Selected): string | undefined {
    const type = parent?.type && getNamedType(parent.type);
    if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
    const after = type.getFields()[name]?.args.find((argument) => argument.name === "after");
    return after && String(getNullableType(after.type));
  }

  #print(nodes: readonly ASTNode[]): string {
    const typename: SelectionNode = {
      kind: Kind.FIELD,
      alias: { kind: Kind.NAME, value: this.typeAlias },
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
function namesIn(definitions: readonly ASTNode[]): ReadonlySet<string> {
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
