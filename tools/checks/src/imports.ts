import { parseAst } from "vitest/node";

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
}

/**
 * Every module that a source file names in a literal: `import`, `import type`, `export … from`, `import("…")`, the
 * type `import("…").T`, `require` and `import.meta.resolve`. A name that is computed at run time is not seen.
 *
 * It reads the syntax tree, because what strips types (Node, es-module-lexer behind it) drops type imports unseen.
 */
export function importsOf(source: string, file: string): readonly Import[] {
  const lang = /\.[cm]?js$/.test(file) ? "js" : file.endsWith("x") ? "tsx" : "ts";
  const imports: Import[] = [];
  visit(parseAst(source, { lang }, file), (node) => {
    const specifier = text(moduleNamedBy(node));
    if (specifier !== undefined) {
      imports.push({ specifier, line: source.slice(0, node.start).split("\n").length });
    }
  });
  return imports;
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (typeof value !== "object" || value === null) return;
  if ("type" in value && typeof value.type === "string") see(value as Node);
  for (const child of Object.values(value)) visit(child, see);
}

function moduleNamedBy(node: Node): unknown {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return (node as Node & { source: unknown }).source;
    case "TSExternalModuleReference":
      return (node as Node & { expression: unknown }).expression;
    case "CallExpression": {
      const call = node as Node & { callee: Callee; arguments: readonly unknown[] };
      return resolvesModules(call.callee) ? call.arguments[0] : undefined;
    }
    default:
      return undefined;
  }
}

interface Callee {
  readonly type: string;
  readonly name?: string;
  readonly object?: Callee;
  readonly property?: Callee;
}

/** `require`, `require.resolve` and `import.meta.resolve`. */
function resolvesModules(callee: Callee): boolean {
  if (callee.type === "Identifier") return callee.name === "require";
  if (callee.type !== "MemberExpression" || callee.property?.name !== "resolve") return false;
  return callee.object?.type === "MetaProperty" || callee.object?.name === "require";
}

/** The text of a string literal, or of a template without holes. */
function text(node: unknown): string | undefined {
  const literal = node as
    | { type: "Literal"; value: unknown }
    | { type: "TemplateLiteral"; quasis: readonly { value: { cooked: string } }[] }
    | { type: "other" }
    | null
    | undefined;
  if (literal?.type === "Literal" && typeof literal.value === "string") return literal.value;
  if (literal?.type === "TemplateLiteral" && literal.quasis.length === 1) {
    return literal.quasis[0]?.value.cooked;
  }
  return undefined;
}
