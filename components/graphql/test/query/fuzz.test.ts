import * as fc from "fast-check";
import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  isUnionType,
  parse,
  validate,
  type GraphQLField,
  type GraphQLOutputType,
} from "graphql";
import { expect, test } from "vitest";
import type { GraphqlConfig } from "../../src/config.ts";
import { announcedColumns } from "../../src/query/compile-checks.ts";
import { planQuery } from "../../src/query/plan-query.ts";
import type { FieldPlan, NestedConnection, TablePlan } from "../../src/query/query-plan.ts";
import { configOf, MOVIES, MOVIES_SDL } from "./config.ts";

const RUNS = Number(process.env["OSIRIS_FUZZ_RUNS"] ?? 300);

/** Turns numbers into choices, and begins again when they are used up. */
class Choices {
  #at = 0;
  readonly #numbers: readonly number[];

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(limit: number): number {
    return (this.#numbers[this.#at++ % this.#numbers.length] ?? 0) % limit;
  }
}

const ALIASES = ["id", "ID", "title", "osiris_type", "errors", "rejects", "nodes", "_id"];

/** A query that the schema allows, with what people write and what they do not. */
function queryFrom(choices: Choices): string {
  const fields = Object.values(MOVIES.getQueryType()?.getFields() ?? {});
  const roots = Array.from({ length: 1 + choices.below(2) }, () => fields[choices.below(fields.length)]);
  const selections = roots.flatMap((field, index) =>
    field === undefined ? [] : [fieldText(field, choices, 0, `r${index}`)],
  );
  const body = `{ ${selections.join(" ")} }`;
  return `query Q${body.includes("$after") ? "($after: String)" : ""} ${body}`;
}

function fieldText(
  field: GraphQLField<unknown, unknown>,
  choices: Choices,
  depth: number,
  alias?: string,
): string {
  const given = field.args.flatMap(({ name }) => {
    if (name === "first") return ["first: 5"];
    if (name === "after") return depth === 0 || choices.below(9) === 0 ? ["after: $after"] : [];
    if (name === "text") return ['text: "x"'];
    if (name === "key") return ["key: 1"];
    return name === "id" ? ['id: "1"'] : [];
  });
  const called = given.length === 0 ? field.name : `${field.name}(${given.join(", ")})`;
  const key = alias ?? (choices.below(6) === 0 ? ALIASES[choices.below(ALIASES.length)] : undefined);
  const inner = selectionText(field.type, choices, depth + 1);
  return `${key === undefined ? "" : `${key}: `}${called}${inner}`;
}

function selectionText(type: GraphQLOutputType, choices: Choices, depth: number): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return "";
  if (isUnionType(named) || (isInterfaceType(named) && choices.below(2) === 0)) {
    const types = MOVIES.getPossibleTypes(named);
    return ` { ${types.map((each) => `... on ${each.name}${selectionText(each, choices, depth)}`).join(" ")} }`;
  }
  if (!isObjectType(named) && !isInterfaceType(named)) return "";
  const fields = Object.values(named.getFields());
  const isConnection = fields.some(({ name }) => name === "pageInfo");
  const chosen = fields.filter(({ name, type: inner }) => {
    if (depth > 5 && !isLeafType(getNamedType(inner))) return false;
    if (name === "pageInfo" || name === "nodes" || name === "id") return choices.below(10) > 0;
    if (isConnection) return choices.below(5) === 0;
    return choices.below(isListType(getNullableType(inner)) || isLeafType(getNamedType(inner)) ? 2 : 4) === 0;
  });
  if (chosen.length === 0) return " { __typename }";
  return ` { ${chosen.map((field) => fieldText(field, choices, depth)).join(" ")} }`;
}

function tablesOf(table: TablePlan): readonly TablePlan[] {
  return [table, ...inTables(table.fields ?? [])];
}

function inTables(fields: readonly FieldPlan[]): readonly TablePlan[] {
  return fields.flatMap((field) =>
    field.table !== undefined && field.list === true ? tablesOf(field.table) : inTables(field.fields ?? []),
  );
}

function connectionsOf(fields: readonly FieldPlan[]): readonly NestedConnection[] {
  return fields.flatMap((field) => [
    ...(field.connection === undefined ? [] : [field.connection]),
    ...connectionsOf(field.fields ?? []),
  ]);
}

function columnNames(fields: readonly FieldPlan[]): readonly string[] {
  return fields.flatMap((field) => {
    if (field.list === true) return field.table === undefined ? [field.column] : [];
    return field.flatten ? columnNames(field.fields ?? []) : [field.column];
  });
}

const TYPES = ["Movie", "Review", "Actor"];

/** What is wrong with the plan of a query; undefined when it has none, but problems. */
function faultsOf(config: GraphqlConfig): readonly string[] | undefined {
  const { plan, problems } = planQuery(config, MOVIES);
  if (plan === undefined) return problems.length > 0 ? undefined : ["neither plan nor problem"];
  const tables = tablesOf(plan.rows.table);
  const outputs = tables.map(({ output }) => output ?? "main");
  return [
    ...validate(MOVIES, parse(plan.text)).map(String),
    ...connectionsOf(plan.rows.table.fields ?? []).flatMap(followUpFaults),
    ...outputs.filter((output) => !/^(?!(errors|rejects)$)[a-z][a-z0-9_]{0,62}$/.test(output)),
    ...(new Set(outputs).size === outputs.length ? [] : [`tables: ${outputs.join()}`]),
    ...tables.flatMap(({ fields = [] }) => columnFaults(columnNames(fields))),
    ...announcementFaults(config, columnNames(plan.rows.table.fields ?? [])),
  ];
}

/** Not every type has the connection, but one of them. */
function followUpFaults(connection: NestedConnection): readonly string[] {
  const isSound = TYPES.some((type) => validate(MOVIES, parse(connection.followUp(type).text)).length === 0);
  return isSound ? [] : [`no follow-up of ${connection.name}`];
}

function columnFaults(names: readonly string[]): readonly string[] {
  const different = new Set(names.map((name) => name.toLowerCase()));
  return different.size === names.length ? [] : [`columns: ${names.join()}`];
}

function announcementFaults(config: GraphqlConfig, names: readonly string[]): readonly string[] {
  const announced = announcedColumns(config, { text: () => MOVIES_SDL });
  if (announced === undefined) return [];
  const told = announced.map(({ name }) => name).join();
  return told === names.join() ? [] : [`announced ${told}, not ${names.join()}`];
}

const settings = fc.record({
  arrays: fc.constantFrom<GraphqlConfig["arrays"]>("json", "list", "tables"),
  flatten_separator: fc.constantFrom(".", "_"),
  flatten_result: fc.boolean(),
  pagination_enabled: fc.boolean(),
});

test("a plan without problems can be sent, and its tables made", () => {
  let plans = 0;
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 5, maxLength: 60 }), settings, (numbers, chosen) => {
      const query = queryFrom(new Choices(numbers));
      const faults = faultsOf(configOf(query, { ...chosen, schema: "schema.graphql" }));
      if (faults !== undefined) plans++;
      expect(faults ?? []).toEqual([]);
    }),
    { numRuns: RUNS },
  );
  expect(plans).toBeGreaterThan(RUNS / 20);
});

const words = fc.constantFrom(
  ...'{ } query Q ( ) $a : Int ... on F fragment movies nodes pageInfo @include ! [ ] first after " 1 ='.split(
    " ",
  ),
);

test("any text is a plan or a problem", () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), (text) => {
      const { plan, problems } = planQuery(configOf(text.join(" ")));
      expect(plan === undefined).toBe(problems.length > 0);
    }),
    { numRuns: RUNS },
  );
});
