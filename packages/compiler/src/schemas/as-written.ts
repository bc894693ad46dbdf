import { connectionFields, familyOf, type ComponentSpec, type JsonSchema } from "@osiris/core";

/** What JSON Schema takes for a schema. */
type Schema = JsonSchema | boolean;

/** Under `$defs` of every document that uses the schemas made here. */
export const DEFINITIONS: Readonly<Record<string, JsonSchema>> = {
  // What it stands for is not known where it is written; `$${` passes, too.
  reference: { title: "Reference", type: "string", pattern: "\\$\\{" },
};
const REFERENCE: JsonSchema = { $ref: "#/$defs/reference" };

/** Keywords that describe a value and refuse none. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
]);

/** Keywords that ask of a value what they ask of what it becomes. */
const LASTING: ReadonlySet<string> = new Set([
  ...ANNOTATIONS,
  "minItems",
  "maxItems",
  "minLength",
  "maxLength",
  "pattern",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
]);

interface Place {
  readonly spec: ComponentSpec;
  /** The fields that have a default: the compiler fills them in before it looks at `required`. */
  readonly defaults: ReadonlySet<string>;
  /** Set for schemas of the config as a whole, where the component takes a connection. */
  readonly connection?: { readonly fields: ReadonlySet<string>; readonly reference: JsonSchema };
}

/**
 * A component's config as a pipeline writes it: without what a default or the connection brings, with the name of the
 * connection, and anywhere a reference in place of a value. It stands under `$defs`, by the component's name.
 *
 * Every config that the compiler accepts matches. Keywords that cannot promise that are left out: some refuse more when
 * less is known (`not`, `if`, `contains`, …), some are read differently by different validators (`format`).
 */
export function configAsWritten(spec: ComponentSpec): JsonSchema {
  const fields = new Set(connectionFields(spec).keys());
  const place = placeOf(spec);
  if (fields.size === 0) return loosened(spec.configSchema, place);
  const reference = connectionReference(familyOf(spec.name));
  return loosened(spec.configSchema, { ...place, connection: { fields, reference } });
}

/** A field as osiris_connections.yaml writes it. {@link configAsWritten} holds the definitions that it refers to. */
export function connectionFieldAsWritten(spec: ComponentSpec, field: string): JsonSchema {
  return valueAsWritten(spec.configSchema.properties[field] ?? {}, placeOf(spec));
}

function placeOf(spec: ComponentSpec): Place {
  const defaults = new Set<string>();
  collectDefaults(spec.configSchema, defaults);
  return { spec, defaults };
}

function collectDefaults(node: unknown, names: Set<string>): void {
  if (typeof node !== "object" || node === null) return;
  const { properties } = node as { properties?: unknown };
  if (typeof properties === "object" && properties !== null) {
    for (const [name, schema] of Object.entries(properties)) {
      if (typeof schema === "object" && schema !== null && "default" in schema) names.add(name);
    }
  }
  for (const child of Object.values(node)) collectDefaults(child, names);
}

function connectionReference(family: string): JsonSchema {
  return {
    type: "string",
    // The name may be made of parameters, never of the environment.
    pattern: `^@${family}\\.[A-Za-z0-9_-]+$|\\$\\{params\\.`,
    description: `A connection of osiris_connections.yaml: "@${family}.<alias>", in quotes.`,
    examples: [`@${family}.main`],
  };
}

/** A value, or a reference in its place. What describes the value stays outside, where editors look for it. */
function valueAsWritten(schema: JsonSchema, place: Place): JsonSchema;
function valueAsWritten(schema: Schema, place: Place): Schema;
function valueAsWritten(schema: Schema, place: Place): Schema {
  if (typeof schema === "boolean") return schema;
  const value = loosened(schema, place);
  if (takesEveryReference(value)) return value;
  const entries = Object.entries(value);
  return {
    ...Object.fromEntries(entries.filter(([keyword]) => ANNOTATIONS.has(keyword))),
    anyOf: [Object.fromEntries(entries.filter(([keyword]) => !ANNOTATIONS.has(keyword))), REFERENCE],
  };
}

function takesEveryReference(schema: JsonSchema): boolean {
  return Object.entries(schema).every(
    ([keyword, value]) =>
      ANNOTATIONS.has(keyword) ||
      (keyword === "type" && [value].flat().includes("string")) ||
      (keyword === "minLength" && Number(value) <= 1),
  );
}

/** What still holds of a value as it is written. */
function loosened(schema: JsonSchema, place: Place): JsonSchema;
function loosened(schema: Schema, place: Place): Schema;
function loosened(schema: Schema, place: Place): Schema {
  if (typeof schema === "boolean") return schema;
  // Its references start at itself, not at the config's schema.
  if ("$id" in schema && schema !== (place.spec.configSchema as JsonSchema)) return {};
  const result: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    const kept = LASTING.has(keyword) ? value : LOOSENED[keyword]?.(value as never, schema, place);
    if (kept !== undefined) result[keyword === "oneOf" ? "anyOf" : keyword] = kept;
  }
  if (place.connection !== undefined && ("properties" in result || "additionalProperties" in result)) {
    result["properties"] = { ...(result["properties"] as object), connection: place.connection.reference };
  }
  return result;
}

type Loosen = (value: never, schema: JsonSchema, place: Place) => unknown;

/** By keyword: what becomes of its value; undefined leaves it out. */
const LOOSENED: Readonly<Record<string, Loosen>> = {
  type: (types: string | string[], { nullable }) => (nullable === true ? [types, "null"].flat() : types),
  // What lies deeper in a value may be a reference.
  enum: (values: unknown[]) => (values.every(isScalar) ? values : undefined),
  const: (value: unknown) => (isScalar(value) ? value : undefined),
  required: (names: string[], _, { defaults, connection }) => {
    const left = names.filter((name) => !defaults.has(name) && connection?.fields.has(name) !== true);
    return left.length > 0 ? left : undefined;
  },
  properties: (fields: Fields, _, place) => fieldsAsWritten(fields, place),
  // Rules over any name would be rules over `connection`.
  patternProperties: (fields: Fields, _, place) =>
    place.connection ? undefined : fieldsAsWritten(fields, place),
  propertyNames: (names: Schema, _, place) => (place.connection ? undefined : loosened(names, inside(place))),
  additionalProperties: (others: Schema, schema, place) =>
    place.connection && "patternProperties" in schema ? undefined : valueAsWritten(others, inside(place)),
  items: (item: Schema, schema, place) =>
    "prefixItems" in schema ? undefined : valueAsWritten(item, inside(place)),
  allOf: (parts: Schema[], _, place) => parts.map((part) => loosened(part, place)),
  anyOf: (parts: Schema[], _, place) => parts.map((part) => loosened(part, place)),
  oneOf: (parts: Schema[], schema, place) =>
    "anyOf" in schema ? undefined : parts.map((part) => loosened(part, place)),
  // Definitions describe values: one of the config as a whole would have to know the connection.
  $defs: (fields: Fields, _, place) => mapFields(fields, (field) => loosened(field, inside(place))),
  definitions: (fields: Fields, _, place) => mapFields(fields, (field) => loosened(field, inside(place))),
  $ref: (pointer: string, _, { spec, connection }) =>
    connection === undefined && /^#\/(\$defs|definitions)\/[^/]+$/.test(pointer)
      ? `#/$defs/${spec.name}${pointer.slice(1)}`
      : undefined,
};

type Fields = Readonly<Record<string, Schema>>;

function mapFields(fields: Fields, change: (field: Schema) => Schema): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, change(field)]));
}

function fieldsAsWritten(fields: Fields, place: Place): Fields {
  // No value is right, so only what is not known yet may be.
  return mapFields(fields, (field) => (field === false ? REFERENCE : valueAsWritten(field, inside(place))));
}

/** A value of the config is no config. */
function inside({ spec, defaults }: Place): Place {
  return { spec, defaults };
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}
