import { pointerToPath } from "@osiris/compiler";
import type { JsonSchema } from "@osiris/core";

/** The schema itself, and those of which a value may match any. */
export function branches(given: JsonSchema, root: JsonSchema): readonly JsonSchema[] {
  const schema = resolved(given, root);
  const choices = [...asList(schema["anyOf"]), ...asList(schema["oneOf"])];
  return [schema, ...choices.map((choice) => resolved(asRecord(choice) ?? {}, root))];
}

/** What a `$ref` within the schema leads to, with what stands beside it. */
export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const reference = schema["$ref"];
  if (typeof reference !== "string" || !reference.startsWith("#/")) return schema;
  let target: JsonSchema | undefined = root;
  for (const step of pointerToPath(reference.slice(1))) target = asRecord(target?.[String(step)]);
  const { $ref: _, ...beside } = schema;
  return { ...target, ...beside };
}

/** The type of the values that a schema takes, in words. */
export function typeText(given: JsonSchema, root: JsonSchema, depth = 0): string {
  const [schema = {}, ...choices] = branches(given, root);
  const values = "const" in schema ? [schema["const"]] : asList(schema["enum"]);
  const type = schema["type"] ?? [...new Set(values.map(typeOfValue))];
  const types = asList(type).map((name) => {
    const inner = asRecord(schema[name === "array" ? "items" : "additionalProperties"]);
    const isMap = name === "object" && schema["properties"] === undefined;
    if (inner === undefined || depth > 2 || !(isMap || name === "array")) return nameOf(name);
    return `${isMap ? "map" : "list"} of ${typeText(inner, root, depth + 1)}`;
  });
  const all = types.length > 0 ? types : choices.map((choice) => typeText(choice, root, depth + 1));
  return [...new Set(all)].join(" or ") || "any";
}

function nameOf(type: unknown): string {
  return type === "array" ? "list" : String(type);
}

function typeOfValue(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

/** What a schema says of values beside their type, by keyword. */
const RULES: Readonly<Record<string, (value: unknown) => string>> = {
  const: (value) => `Always ${shown(value)}.`,
  enum: (values) => `One of ${asList(values).map(shown).join(", ")}.`,
  pattern: (pattern) => `Matches ${String(pattern)}.`,
  format: (format) => `Format: ${String(format)}.`,
  minimum: (least) => `At least ${shown(least)}.`,
  maximum: (most) => `At most ${shown(most)}.`,
  exclusiveMinimum: (bound) => `More than ${shown(bound)}.`,
  exclusiveMaximum: (bound) => `Less than ${shown(bound)}.`,
  multipleOf: (factor) => `A multiple of ${shown(factor)}.`,
  minLength: (least) => (least === 1 ? "Not empty." : `At least ${shown(least)} characters.`),
  maxLength: (most) => `At most ${shown(most)} characters.`,
  minItems: (least) => (least === 1 ? "Not empty." : `At least ${shown(least)} items.`),
  maxItems: (most) => `At most ${shown(most)} items.`,
  minProperties: (least) => (least === 1 ? "Not empty." : `At least ${shown(least)} entries.`),
  uniqueItems: (unique) => (unique === true ? "Each item once." : ""),
};

/** The rules for a value beside its type, as sentences; "" when there are none. */
export function rulesText(given: JsonSchema, root: JsonSchema): string {
  const rules = (schema: JsonSchema): readonly string[] => branches(schema, root).flatMap(rulesOf);
  const each = branches(given, root)
    .flatMap((schema) => [asRecord(schema["items"]), asRecord(schema["additionalProperties"])])
    .flatMap((inner) => (inner === undefined ? [] : rules(inner)));
  return [...rules(given), ...(each.length > 0 ? [`Each value: ${each.join(" ")}`] : [])].join(" ");
}

function rulesOf(schema: JsonSchema): readonly string[] {
  return Object.entries(RULES)
    .filter(([keyword]) => keyword in schema)
    .map(([keyword, rule]) => rule(schema[keyword]))
    .filter((rule) => rule !== "");
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
