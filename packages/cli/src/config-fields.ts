import { pointerToPath } from "@osiris/compiler";
import { connectionFields, type ComponentSpec, type JsonSchema, type OverridePolicy } from "@osiris/core";
import { asList, asRecord, branches, resolved, rulesText, typeText } from "./schema-text.ts";

/** One setting of a component, as its spec describes it. */
export interface ConfigField {
  /** `path`; below objects, maps and lists `auth.user`, `headers.<name>.value`, `columns[].name`. */
  readonly name: string;
  /** In words: `integer`, `list of string`, `map of string`. */
  readonly type: string;
  readonly required: boolean;
  /** As JSON. */
  readonly default?: string;
  readonly secret: boolean;
  /** Set when a connection may supply the field. */
  readonly connection?: OverridePolicy;
  /** What it is for, then the rules for its value. */
  readonly description: string;
}

/** Every setting of a component, in the spec's order, those of nested objects after the object itself. */
export function configFields(spec: ComponentSpec): readonly ConfigField[] {
  const secrets = (spec.secrets ?? []).map((pointer) => pointerToPath(pointer).map(String));
  const connection = connectionFields(spec);
  return [...fieldsBelow(spec.configSchema, { path: [], root: spec.configSchema })].map(
    ({ path, schema, required }) => {
      const policy = path.length === 1 ? connection.get(path[0] ?? "") : undefined;
      return {
        name: path.join(".").replaceAll(".[]", "[]"),
        type: typeText(schema, spec.configSchema),
        required,
        ...("default" in schema ? { default: JSON.stringify(schema["default"]) } : {}),
        secret: secrets.some((secret) => secret.every((step, index) => step === path[index])),
        ...(policy === undefined ? {} : { connection: policy }),
        description: describe(schema, spec.configSchema, secretsBelow(path, schema, secrets)),
      };
    },
  );
}

interface Described {
  readonly path: readonly string[];
  readonly schema: JsonSchema;
  readonly required: boolean;
}

interface At {
  readonly path: readonly string[];
  /** Where `$ref` leads. */
  readonly root: JsonSchema;
}

/** Deeper settings are not shown: a schema may contain itself. */
const MAX_DEPTH = 6;

function* fieldsBelow(given: JsonSchema, { path, root }: At): Iterable<Described> {
  if (path.length >= MAX_DEPTH) return;
  for (const schema of branches(given, root)) {
    const required = asList(schema["required"]);
    for (const [name, value] of Object.entries(asRecord(schema["properties"]) ?? {})) {
      const property = resolved(asRecord(value) ?? {}, root);
      yield { path: [...path, name], schema: property, required: required.includes(name) };
      yield* fieldsBelow(property, { path: [...path, name], root });
    }
    const items = asRecord(schema["items"]);
    if (items !== undefined) yield* fieldsBelow(items, { path: [...path, "[]"], root });
    const values = path.length === 0 ? undefined : asRecord(schema["additionalProperties"]);
    if (values !== undefined) yield* fieldsBelow(values, { path: [...path, "<name>"], root });
  }
}

/** Secrets inside a field whose own fields are not described. */
function secretsBelow(
  path: readonly string[],
  schema: JsonSchema,
  secrets: readonly (readonly string[])[],
): readonly string[] {
  if (schema["properties"] !== undefined) return [];
  return secrets
    .filter((secret) => secret.length > path.length && path.every((step, index) => step === secret[index]))
    .map((secret) => secret.slice(path.length).join("."));
}

function describe(schema: JsonSchema, root: JsonSchema, secretParts: readonly string[]): string {
  const { description } = schema;
  const parts = [
    typeof description === "string" ? description.trim() : "",
    rulesText(schema, root),
    secretParts.length > 0 ? `Secret in it: ${secretParts.join(", ")}.` : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}
