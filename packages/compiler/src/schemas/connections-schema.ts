import { connectionFields, familyOf, type ComponentSpec, type JsonSchema } from "@osiris/core";
import { canonicalJson } from "../canonical.ts";
import type { InstalledComponent } from "../component.ts";
import { CONNECTION_SCHEMA, connectionsFileSchema } from "../connections.ts";
import { configAsWritten, connectionFieldAsWritten, DEFINITIONS } from "./as-written.ts";
import { byName } from "./pipeline-schema.ts";

/**
 * The JSON Schema of osiris_connections.yaml where these components are installed. A connection takes what any
 * component of its family takes from it, as it stands in the spec or as a reference. Families of which no component is
 * installed take everything: another project may use them.
 *
 * Equal components give an equal document, whatever their order.
 */
export function connectionsSchema(installed: ReadonlyMap<string, InstalledComponent>): JsonSchema {
  const families = Map.groupBy(byName(installed), ({ name }) => familyOf(name));
  const connections = [...families].map(([family, specs]) => [family, connectionSchema(specs)] as const);
  return {
    ...connectionsFileSchema(Object.fromEntries(connections)),
    $defs: { ...DEFINITIONS, ...Object.fromEntries([...families.values()].flat().flatMap(definitionsOf)) },
  };
}

function connectionSchema(specs: readonly ComponentSpec[]): JsonSchema {
  const fields = new Map<string, JsonSchema[]>();
  for (const spec of specs) {
    for (const field of connectionFields(spec).keys()) {
      const schema = connectionFieldAsWritten(spec, field);
      const others = fields.get(field) ?? [];
      const isNew = !others.some((other) => canonicalJson(other) === canonicalJson(schema));
      fields.set(field, isNew ? [...others, schema] : others);
    }
  }
  const properties = Object.fromEntries([...fields].map(([field, schemas]) => [field, anyOfThem(schemas)]));
  return {
    ...CONNECTION_SCHEMA,
    additionalProperties: false,
    properties: { ...properties, ...CONNECTION_SCHEMA.properties },
  };
}

/** Components of one family may mean different things by one field. */
function anyOfThem(schemas: readonly JsonSchema[]): JsonSchema {
  const [first = {}, ...more] = schemas;
  if (more.length === 0) return first;
  const { title, description } = first;
  return { ...(title ? { title } : {}), ...(description ? { description } : {}), anyOf: schemas };
}

/** What the component's fields may refer to, at the place where they look for it. */
function definitionsOf(spec: ComponentSpec): readonly (readonly [name: string, definitions: JsonSchema])[] {
  const { $defs, definitions } = configAsWritten(spec);
  if (connectionFields(spec).size === 0 || ($defs === undefined && definitions === undefined)) return [];
  return [[spec.name, { ...($defs ? { $defs } : {}), ...(definitions ? { definitions } : {}) }]];
}
