import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  visit,
  type ASTNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from "graphql";
import type { GraphqlConfig } from "../config.ts";
import { didYouMean, placeOf, type Problems } from "./problems.ts";

/** The one query of a config, and the fragments that it uses. */
export interface QueryDocument {
  readonly operation: OperationDefinitionNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** A query has a few hundred. */
const MAX_TOKENS = 50_000;

/** Reads `query`; undefined when it cannot be used, which is then among the problems. */
export function readDocument(config: GraphqlConfig, problems: Problems): QueryDocument | undefined {
  const parsed = parseQuery(config.query, problems);
  if (parsed === undefined) return undefined;
  const operation = chooseOperation(parsed, config.operation_name, problems);
  if (operation === undefined) return undefined;
  const fragments = usedFragments(operation, parsed, problems);
  if (fragments === undefined) return undefined;
  const document = { operation, fragments };
  return variablesAreDeclared(document, problems) && hasOneAnswer(document, problems) ? document : undefined;
}

function parseQuery(query: string, problems: Problems): DocumentNode | undefined {
  try {
    return parse(query, { maxTokens: MAX_TOKENS });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    problems.addError(error, "Correct the query there.");
    return undefined;
  }
}

function chooseOperation(
  document: DocumentNode,
  wanted: string | undefined,
  problems: Problems,
): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const names = operations.flatMap(({ name }) => (name === undefined ? [] : [name.value]));
  const fitting = wanted === undefined ? operations : operations.filter(({ name }) => name?.value === wanted);
  const [operation] = fitting;
  if (operation === undefined) {
    if (wanted === undefined) problems.add("/query", "There is no query in it", "Write one: query { … }.");
    else problems.add("/operation_name", `The query has no operation "${wanted}"`, didYouMean(wanted, names));
    return undefined;
  }
  if (fitting.length > 1) {
    const choice = names.length === 0 ? "" : ` Its operations: ${names.join(", ")}.`;
    problems.add(
      "/query",
      `It has ${fitting.length} operations, and one can be sent`,
      `Name it in operation_name, or leave the others out.${choice}`,
    );
    return undefined;
  }
  if (operation.operation === OperationTypeNode.QUERY) return operation;
  const why =
    operation.operation === OperationTypeNode.MUTATION
      ? "it would change data, and a step that is tried again would do so twice"
      : "its answer never ends";
  problems.add("/query", `A ${operation.operation} cannot be sent: ${why}`, "Write a query.");
  return undefined;
}

/** Those that the operation uses, also through each other; unused ones are left out. */
function usedFragments(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  problems: Problems,
): ReadonlyMap<string, FragmentDefinitionNode> | undefined {
  const known = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) known.set(definition.name.value, definition);
  }
  const used = new Set<string>();
  const open: string[] = [];
  let isSound = true;
  const follow = (node: ASTNode): void => {
    visit(node, {
      FragmentSpread(spread) {
        const name = spread.name.value;
        const fragment = known.get(name);
        if (fragment === undefined) {
          isSound = false;
          const hint = didYouMean(name, known.keys());
          problems.add("/query", `There is no fragment "${name}" (${placeOf(spread)})`, hint);
        } else if (open.includes(name)) {
          isSound = false;
          const message = `The fragment "${name}" contains itself (${placeOf(spread)})`;
          problems.add("/query", message, "Take one of its spreads out.");
        } else if (!used.has(name)) {
          used.add(name);
          open.push(name);
          follow(fragment);
          open.pop();
        }
      },
    });
  };
  follow(operation);
  if (!isSound) return undefined;
  return new Map([...known].filter(([name]) => used.has(name)));
}

function variablesAreDeclared({ operation, fragments }: QueryDocument, problems: Problems): boolean {
  const declared = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
  const used = usedVariables([
    operation.selectionSet,
    ...(operation.directives ?? []),
    ...fragments.values(),
  ]);
  let isSound = true;
  for (const name of used) {
    if (declared.has(name)) continue;
    isSound = false;
    problems.add(
      "/query",
      `$${name} is used and not declared`,
      `Declare it: query ${operation.name?.value ?? ""}($${name}: …).`,
    );
  }
  for (const name of declared) {
    if (used.has(name)) continue;
    isSound = false;
    problems.add("/query", `$${name} is declared and not used`, "Use it, or leave it out.");
  }
  return isSound;
}

/** The names of the variables in parts of a document. */
export function usedVariables(nodes: readonly ASTNode[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of nodes) {
    visit(node, {
      Variable({ name }) {
        names.add(name.value);
      },
    });
  }
  return names;
}

/** The fragments that parts of a document use, also through each other. */
export function fragmentsIn(
  nodes: readonly ASTNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): readonly FragmentDefinitionNode[] {
  const found = new Set<FragmentDefinitionNode>();
  const follow = (node: ASTNode): void => {
    visit(node, {
      FragmentSpread({ name }) {
        const fragment = fragments.get(name.value);
        if (fragment === undefined || found.has(fragment)) return;
        found.add(fragment);
        follow(fragment);
      },
    });
  };
  nodes.forEach(follow);
  return [...found];
}

/** `@defer` and `@stream` ask for an answer in parts, which nothing here would put together. */
function hasOneAnswer({ operation, fragments }: QueryDocument, problems: Problems): boolean {
  let isSound = true;
  for (const definition of [operation, ...fragments.values()]) {
    visit(definition, {
      Directive(directive) {
        if (directive.name.value !== "defer" && directive.name.value !== "stream") return;
        isSound = false;
        const message = `@${directive.name.value} asks for an answer in parts (${placeOf(directive)})`;
        problems.add("/query", message, "Leave it out.");
      },
    });
  }
  return isSound;
}
