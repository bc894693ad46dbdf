import { familyOf, type ComponentSpec } from "@osiris/core";
import { fieldsFor, givesOnlyFolder, referenceParts, type Connections } from "../connections.ts";
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
  const found = step.connection === undefined ? undefined : connections.resolve(step.connection, spec);
  const config = structuredClone({ ...(found ? fieldsFor(spec, found) : {}), ...own });
  // It fills in the defaults. What is wrong is not our business: the environment is still missing.
  schemaProblems(spec.configSchema, config, step.id);
  if (step.connection === undefined) return { config };
  const isDefault = referenceParts(step.connection).alias === undefined;
  if (isDefault && found === undefined && givesOnlyFolder(spec)) return { config };
  const name = found === undefined ? step.connection : `@${familyOf(spec.name)}.${found.alias}`;
  return { config, connection: { name, default: isDefault, defined: found !== undefined } };
}
