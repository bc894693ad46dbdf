import { isAbsolute, join, relative, resolve } from "node:path";
import type { ComponentSpec } from "@osiris/core";
import { namedPaths } from "../config-paths.ts";
import { forEachText, isUnresolved, referencesIn } from "../references.ts";
import { declaredSecrets } from "../secrets/declared-secrets.ts";
import type { BySteps, ExplainedStep, Reaches, TouchedFile, Variable } from "./explanation.ts";
import { hostFields, hostsIn } from "./hosts.ts";

type Config = Readonly<Record<string, unknown>>;

/**
 * The files that a config names.
 * @param own what the step itself says of it; the rest comes from a connection
 */
export function filesOf(
  spec: ComponentSpec,
  config: Config,
  own: Config,
  baseDir: string,
): readonly TouchedFile[] {
  const folder = spec.paths?.base === undefined ? undefined : config[spec.paths.base.slice(1)];
  const base = typeof folder === "string" ? folder : "";
  // It starts at osiris_connections.yaml, wherever that is.
  const isElsewhere = (field: string, path: string): boolean =>
    base === "" && !Object.hasOwn(own, field) && !isAbsolute(path);
  return (["read", "write"] as const).flatMap((use) =>
    namedPaths(
      (spec.paths?.[use] ?? []).map((pointer) => pointer.slice(1)),
      config,
    ).map(({ at: [field], text: path }): TouchedFile =>
      isUnresolved(path) || (base !== "" && !isAbsolute(base)) || isElsewhere(String(field), path)
        ? { use, path: base === "" || isAbsolute(path) ? path : join(base, path) }
        : { use, path, location: locationOf(path, baseDir, base) },
    ),
  );
}

function locationOf(path: string, baseDir: string, base: string): string {
  return isAbsolute(path) || base !== "" ? resolve(base, path) : relative(baseDir, resolve(baseDir, path));
}

/** The servers that a config names. */
export function hostsOf(spec: ComponentSpec, config: Config): readonly string[] {
  return [...new Set(hostFields(spec).flatMap((field) => hostsIn(field, config)))];
}

/** The environment variables that a config names. `environment` are those that have a value here. */
export function variablesOf(
  spec: ComponentSpec,
  config: Config,
  environment: ReadonlySet<string>,
): readonly Variable[] {
  const isSecret = declaredSecrets(spec.secrets);
  const found = new Map<string, Variable>();
  forEachText(config, (text, path) => {
    for (const reference of referencesIn(text)) {
      if (reference.kind !== "env") continue;
      const { name } = reference;
      const secret = isSecret(path) || found.get(name)?.secret === true;
      found.set(name, { name, secret, set: environment.has(name) });
    }
  });
  return [...found.values()];
}

/** What all steps reach together, in the order in which it first appears. */
export function reachesOf(steps: readonly ExplainedStep[]): Reaches {
  const variables = bySteps(
    steps,
    (step) => step.variables,
    ({ name }) => name,
  );
  const secrets = new Set(
    steps.flatMap((step) => step.variables.flatMap(({ name, secret }) => (secret ? [name] : []))),
  );
  return {
    files: bySteps(
      steps,
      (step) => step.files,
      ({ use, path, location }) => `${use} ${location ?? path}`,
    ),
    hosts: bySteps(
      steps,
      (step) => step.hosts.map((host) => ({ host })),
      ({ host }) => host,
    ),
    // What is a secret to one step is one to all.
    variables: variables.map((variable) => ({ ...variable, secret: secrets.has(variable.name) })),
  };
}

function bySteps<Item extends object>(
  steps: readonly ExplainedStep[],
  itemsOf: (step: ExplainedStep) => readonly Item[],
  keyOf: (item: Item) => string,
): readonly (Item & BySteps)[] {
  const found = new Map<string, Item & { steps: string[] }>();
  for (const step of steps) {
    for (const item of itemsOf(step)) {
      const known = found.get(keyOf(item));
      if (known === undefined) found.set(keyOf(item), { ...item, steps: [step.id] });
      else if (!known.steps.includes(step.id)) known.steps.push(step.id);
    }
  }
  return [...found.values()];
}
