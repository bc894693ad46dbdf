import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isObjectType,
  parse,
  validate,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";
import type { ParentLookup } from "../config.ts";
import type { FollowUpQueries } from "./follow-up-queries.ts";
import type { Planning } from "./planning.ts";
import { didYouMean } from "./problems.ts";
import type { NestedConnection } from "./query-plan.ts";
import { nameOf, type Selected } from "./selection.ts";

/** How an object is found unless `nested` says it: as Relay has it. */
export const DEFAULT_LOOKUP: ParentLookup = {
  field: "node",
  argument: "id",
  argument_type: "ID!",
  key: "id",
};

/** Connections inside of rows, by their field; undefined: one whose pages cannot be asked for. */
export type PlannedConnections = ReadonlyMap<Selected, NestedConnection | undefined>;

/** Checks the settings for connections inside of rows, and their follow-up queries against the schema. */
export function checkLookups(
  planning: Planning,
  planned: PlannedConnections,
  queries: FollowUpQueries,
): void {
  const { config, problems, schema } = planning;
  const names = [...planned.keys()].map(nameOf);
  for (const name of Object.keys(config.nested)) {
    if (names.includes(name)) continue;
    problems.add(pointerOf(name), `The rows have no connection "${name}"`, didYouMean(name, names));
  }
  if (schema === undefined) return;
  for (const [field, nested] of planned) {
    if (nested !== undefined) checkFollowUps(planning, nested, field, queries, schema);
  }
}

function checkFollowUps(
  { config, problems }: Planning,
  nested: NestedConnection,
  field: Selected,
  queries: FollowUpQueries,
  schema: GraphQLSchema,
): void {
  for (const type of concreteTypes(field.parent, schema)) {
    if (!field.occurrences.some((place) => queries.mayHold(place, type.name))) continue;
    const [error] = validate(schema, parse(nested.followUp(type.name).text), undefined, { maxErrors: 1 });
    if (error === undefined) continue;
    const { field: finder, argument } = { ...DEFAULT_LOOKUP, ...config.nested[nested.name] };
    const message =
      `Further pages of ${nested.name} cannot be asked for through ${finder}(${argument}:): ` +
      error.message.replace(/\.$/, "");
    const pointer = Object.hasOwn(config.nested, nested.name) ? pointerOf(nested.name) : "/query";
    problems.add(pointer, message, lookupHint(nested.name, type, schema));
    return;
  }
}

/** The types that an object may have. */
function concreteTypes(object: Selected | undefined, schema: GraphQLSchema): readonly GraphQLObjectType[] {
  const named = object?.type && getNamedType(object.type);
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
