import { resolve } from "node:path";
import { fieldsFor, schemaProblems, type Connection } from "@osiris/compiler";
import { connectionFields, OsirisError, type ComponentSpec, type JsonSchema } from "@osiris/core";
import {
  absolutePaths,
  fillEnvironment,
  secretsIn,
  wrapSecrets,
  type DriverConfig,
} from "../config/late-values.ts";
import type { Surroundings } from "../config/surroundings.ts";

/** A connection as a component's driver gets it without a step. */
export interface ResolvedConnection {
  readonly config: DriverConfig;
  /** The values in it that must not be shown. */
  readonly secrets: readonly string[];
}

/** `@family.alias` */
export function referenceTo({ family, alias }: Connection): string {
  return `@${family}.${alias}`;
}

/**
 * The fields that a component takes from a connection: the spec's defaults, the environment, absolute paths.
 * @throws OsirisError `environment.missing`, `connection.invalid`
 */
export function connectionConfig(
  connection: Connection,
  spec: ComponentSpec,
  { environment, connections }: Surroundings,
): ResolvedConnection {
  const reference = referenceTo(connection);
  const written = structuredClone(fieldsFor(spec, connection));
  const { filled, used } = fillEnvironment(written, environment, `The connection ${reference}`);
  const config = filled as Record<string, unknown>;
  const problems = schemaProblems(connectionSchema(spec), config, reference, {
    references: false,
    coerce: true,
  });
  const messages = [...problems.map(({ message }) => message), ...missingFields(config, spec)];
  if (messages.length > 0) throw invalid(reference, spec, messages);
  const secrets = secretsIn(config, used, spec);
  makePathsAbsolute(config, spec, connections?.folder ?? process.cwd());
  return { config: wrapSecrets(config, spec), secrets };
}

const schemas = new WeakMap<ComponentSpec, JsonSchema>();

/** The part of the config's schema that is about fields of connections. Which of them must be there, a step decides. */
function connectionSchema(spec: ComponentSpec): JsonSchema {
  // A schema is compiled once, as long as it is the same object.
  const known = schemas.get(spec);
  if (known !== undefined) return known;
  const taken = connectionFields(spec);
  const { properties, $defs, definitions }: JsonSchema & ComponentSpec["configSchema"] = spec.configSchema;
  const own = Object.entries(properties).filter(([field]) => taken.has(field));
  const schema = {
    type: "object",
    properties: Object.fromEntries(own),
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
  };
  schemas.set(spec, schema);
  return schema;
}

/** What no step may bring in its place. */
function missingFields(config: DriverConfig, spec: ComponentSpec): readonly string[] {
  const policies = connectionFields(spec);
  return (spec.configSchema.required ?? [])
    .filter((field) => policies.get(field) === "forbidden" && !Object.hasOwn(config, field))
    .map((field) => `"${field}" is missing, and steps may not set it`);
}

function makePathsAbsolute(config: Record<string, unknown>, spec: ComponentSpec, folder: string): void {
  const { base, read = [], write = [] } = spec.paths ?? {};
  const pathFields = [...read, ...write].map((pointer) => pointer.slice(1));
  const field = base?.slice(1);
  const start = field === undefined ? undefined : config[field];
  if (field !== undefined && typeof start === "string") config[field] = resolve(folder, start);
  absolutePaths(pathFields, config, () => (typeof start === "string" ? resolve(folder, start) : folder));
}

function invalid(reference: string, spec: ComponentSpec, messages: readonly string[]): OsirisError {
  return new OsirisError({
    code: "connection.invalid",
    category: "usage",
    message: `The connection ${reference} does not fit ${spec.name}: ${messages.join("; ")}`,
    hint: "With the values from the environment it does not fit: correct them, or osiris_connections.yaml.",
  });
}
