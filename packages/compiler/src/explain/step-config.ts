import { familyOf, type ComponentSpec } from "@osiris/core";
import { fieldsFor, type Connection, type Connections } from "../connections.ts";
import type { ManifestStep, StepConfig } from "../manifest.ts";
import { schemaProblems } from "../schema-check.ts";
import type { NamedConnection } from "./explanation.ts";

export interface WholeConfig {
  /** Spec defaults < connection < step, as the driver will get it, but with `${NAME}` as written. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly connection?: NamedConnection;
}

export function wholeConfig(
  step: ManifestStep,
  own: StepConfig | undefined,
  spec: ComponentSpec,
  connections: Connections,
): WholeConfig {
  const found = step.connection === undefined ? undefined : lookUp(step.connection, connections);
  const config = structuredClone({ ...(found ? fieldsFor(spec, found) : {}), ...own });
  // It fills in the defaults. What is wrong is not our business: the environment is still missing.
  schemaProblems(spec.configSchema, config, step.id);
  if (step.connection === undefined) return { config };
  const isDefault = !step.connection.includes(".");
  const name = found === undefined ? step.connection : `@${familyOf(spec.name)}.${found.alias}`;
  return { config, connection: { name, default: isDefault, defined: found !== undefined } };
}

/** A manifest's `@family.alias`, or `@family` for the family's default. */
function lookUp(reference: string, connections: Connections): Connection | undefined {
  const [family = "", alias] = reference.slice(1).split(".");
  return alias === undefined ? connections.default(family) : connections.find(family, alias);
}
