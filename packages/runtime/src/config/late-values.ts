import { resolve } from "node:path";
import {
  declaredSecrets,
  findSecrets,
  isSecretName,
  mapTexts,
  replaceReferences,
  type Path,
} from "@osiris/compiler";
import { OsirisError, Secret, type ComponentSpec } from "@osiris/core";
import type { Environment } from "./environment.ts";

/** What a driver gets as its config, or its connection: secrets wrapped, paths absolute. */
export type DriverConfig = Readonly<Record<string, unknown>>;

/** A variable of the environment in a config, and where. */
export interface UsedVariable {
  readonly name: string;
  readonly value: string;
  readonly path: Path;
}

/**
 * A config with the environment filled in, and the variables that this took.
 * @param who needs them, for the message
 * @throws OsirisError `environment.missing`, which names all that are not set
 */
export function fillEnvironment(
  config: unknown,
  environment: Environment,
  who: string,
): { readonly filled: unknown; readonly used: readonly UsedVariable[] } {
  const missing: string[] = [];
  const used: UsedVariable[] = [];
  const filled = mapTexts(config, (text, path) =>
    replaceReferences(text, (reference) => {
      if (reference.kind === "escape") return "${";
      if (reference.kind !== "env") return undefined;
      const value = environment[reference.name];
      // As in a shell: an empty variable counts as not set where there is a fallback.
      if (reference.fallback !== undefined && (value === undefined || value === ""))
        return reference.fallback;
      if (value === undefined) missing.push(`${reference.name} (for "${path.join(".")}")`);
      else used.push({ name: reference.name, value, path });
      return value ?? "";
    }),
  );
  if (missing.length === 0) return { filled, used };
  throw new OsirisError({
    code: "environment.missing",
    category: "usage",
    message: `${who} needs environment variables that are not set: ${[...new Set(missing)].join(", ")}`,
    hint: "Export them, or write them into .env beside osiris_connections.yaml.",
  });
}

/**
 * What must not be shown of a config whose variables are filled in: all that the compiler would have refused to see
 * written out there, the variables that it is made of, and variables whose names say enough.
 */
export function secretsIn(
  config: unknown,
  used: readonly UsedVariable[],
  spec: ComponentSpec,
): readonly string[] {
  const { secrets = [], configSchema: schema, sql } = spec;
  const found = findSecrets(config, { secrets, schema, sqlField: sql?.slice(1) });
  const places = new Set(found.map(({ path }) => path.join("/")));
  const variables = used.filter(({ name, path }) => isSecretName(name) || places.has(path.join("/")));
  return [...found.map(({ secret }) => secret), ...variables.map(({ value }) => value)];
}

/** The config with a {@link Secret} for each string that the spec declares as one. */
export function wrapSecrets(config: unknown, spec: ComponentSpec): DriverConfig {
  const isSecret = declaredSecrets(spec.secrets);
  return mapTexts(config, (text, path) => (isSecret(path) ? new Secret(text) : text)) as DriverConfig;
}

/**
 * Makes the paths in the config absolute, and returns them.
 * @param baseOf where a field's relative paths start
 */
export function absolutePaths(
  fields: readonly string[],
  config: Record<string, unknown>,
  baseOf: (field: string) => string,
): readonly string[] {
  return fields.flatMap((field) => {
    const base = baseOf(field);
    const value = config[field];
    if (Array.isArray(value)) {
      const paths = value.map((path) => resolve(base, String(path)));
      config[field] = paths;
      return paths;
    }
    // Optional, and not set.
    if (typeof value !== "string") return [];
    const path = resolve(base, value);
    config[field] = path;
    return [path];
  });
}
