import {
  coerceInputValue,
  isInputType,
  Kind,
  typeFromAST,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from "graphql";
import type { JsonValue } from "@osiris/core";
import type { GraphqlConfig } from "../config.ts";
import type { QueryDocument } from "./document.ts";
import { didYouMean, type Problems } from "./problems.ts";
import type { PaginationPlan, QueryVariable } from "./query-plan.ts";

/** The variables that a query declares. */
export function declaredVariables({ operation }: QueryDocument): readonly QueryVariable[] {
  return (operation.variableDefinitions ?? []).map((definition) => ({
    name: definition.variable.name.value,
    required: isRequired(definition),
  }));
}

function isRequired({ type, defaultValue }: VariableDefinitionNode): boolean {
  return type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined;
}

/** Checks that each variable has a value, and each value a variable. */
export function checkVariables(
  config: GraphqlConfig,
  document: QueryDocument,
  pagination: PaginationPlan | undefined,
  problems: Problems,
): void {
  const declared = declaredVariables(document);
  const names = declared.map(({ name }) => name);
  for (const name of Object.keys(config.variables)) {
    if (names.includes(name)) continue;
    problems.add(pointerOf(name), `The query declares no variable $${name}`, didYouMean(name, names));
  }
  if (isCounted(pagination) && Object.hasOwn(config.variables, pagination.variable)) {
    const message = `Pages set $${pagination.variable}, from the first one on`;
    problems.add(pointerOf(pagination.variable), message, "Set pagination_start to where they begin.");
  }
  const { incremental } = config;
  if (incremental !== undefined && !names.includes(incremental.variable)) {
    const message = `The query declares no variable $${incremental.variable}`;
    problems.add("/incremental/variable", message, didYouMean(incremental.variable, names));
  }
  // A keyset goes on from where the run begins.
  if (
    incremental !== undefined &&
    pagination?.variable === incremental.variable &&
    pagination.kind !== "keyset"
  ) {
    const message = `$${incremental.variable} is the variable of the pages, so that it cannot say where the run begins`;
    problems.add("/incremental/variable", message, "Give the query a variable for it, and name that here.");
  }
  for (const { name, required } of declared) {
    if (!required || config.variables[name] != null) continue;
    const reason = whyWithoutValue(name, config, pagination);
    if (reason !== undefined) problems.add("/query", `$${name} ${reason.message}`, reason.hint);
  }
}

function isCounted(
  pagination: PaginationPlan | undefined,
): pagination is Extract<PaginationPlan, { kind: "offset" | "page" }> {
  return pagination?.kind === "offset" || pagination?.kind === "page";
}

/** Why a variable that must have a value has none, at least in the first request. */
function whyWithoutValue(
  name: string,
  { incremental, variables }: GraphqlConfig,
  pagination: PaginationPlan | undefined,
): { readonly message: string; readonly hint: string } | undefined {
  if (pagination?.variable === name) {
    if (isCounted(pagination)) return undefined;
    return {
      message: "must have a value, and the first page has none to give",
      hint: `Declare it without "!", or set its first value in variables.`,
    };
  }
  if (incremental?.variable === name) {
    if (incremental.initial !== undefined) return undefined;
    return {
      message: "must have a value, and the first run has none to give",
      hint: `Set incremental.initial, or declare it without "!".`,
    };
  }
  const isNull = Object.hasOwn(variables, name);
  return {
    message: isNull ? "must have a value, and null is none" : "must have a value, and nothing gives it one",
    hint: `Set it in variables: { ${name}: … }.`,
  };
}

/** Checks the values in the config against the types that the schema gives the variables. */
export function checkVariableValues(
  { variables, incremental }: GraphqlConfig,
  { operation }: QueryDocument,
  schema: GraphQLSchema,
  problems: Problems,
): void {
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    if (!isInputType(type)) continue;
    const check = (value: JsonValue | undefined, pointer: string): void => {
      if (value == null) return;
      coerceInputValue(value, type, (path, invalid, error) => {
        // What it becomes is not known yet.
        if (typeof invalid === "string" && invalid.includes("${")) return;
        const place = path.map((part) => `/${part}`).join("");
        problems.add(`${pointer}${place}`, `$${name}: ${error.message.replace(/\.$/, "")}`);
      });
    };
    check(variables[name], pointerOf(name));
    if (incremental?.variable === name) check(incremental.initial, "/incremental/initial");
  }
}

function pointerOf(name: string): string {
  return `/variables/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
}
