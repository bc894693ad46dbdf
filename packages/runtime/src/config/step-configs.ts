import { resolve } from "node:path";
import {
  brokenConstraints,
  Connections,
  declaredSecrets,
  fieldsFor,
  findSecrets,
  isSecretName,
  mapTexts,
  referenceParts,
  replaceReferences,
  Report,
  schemaProblems,
  type Manifest,
  type ManifestStep,
  type Path,
  type StepConfig,
} from "@osiris/compiler";
import { OsirisError, Secret, type ComponentSpec } from "@osiris/core";
import type { Catalog } from "../discovery/catalog.ts";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";
import { findComponent } from "../discovery/find-component.ts";
import { InvalidFileError } from "./invalid-file.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a driver gets as its config: secrets wrapped, paths absolute. */
export type DriverConfig = Readonly<Record<string, unknown>>;

/** The files that a step's config names, absolute. */
export interface StepFiles {
  readonly read: readonly string[];
  /** Whether those to read may be glob patterns. */
  readonly patterns: boolean;
  readonly write: readonly string[];
}

export interface ResolvedStep {
  readonly config: DriverConfig;
  readonly files: StepFiles;
  /** The values in it that must not be shown. */
  readonly secrets: readonly string[];
}

/**
 * Makes the configs that drivers get: spec defaults < connection < step, the environment filled in. Nothing of it is
 * kept: each step's secrets exist while it runs.
 */
export class StepConfigs {
  readonly #manifest: Manifest;
  readonly #own: ReadonlyMap<string, StepConfig>;
  readonly #baseDir: string;
  readonly #catalog: Catalog;
  readonly #surroundings: Surroundings;
  readonly #connections: Connections;

  /** @throws InvalidFileError `connections.invalid` when the file is needed and cannot be used */
  constructor(
    pipeline: {
      readonly manifest: Manifest;
      readonly configs: ReadonlyMap<string, StepConfig>;
      readonly baseDir: string;
    },
    catalog: Catalog,
    surroundings: Surroundings,
  ) {
    this.#manifest = pipeline.manifest;
    this.#own = pipeline.configs;
    this.#baseDir = pipeline.baseDir;
    this.#catalog = catalog;
    this.#surroundings = surroundings;
    this.#connections = readConnections(pipeline.manifest, catalog, surroundings);
  }

  /**
   * Resolves every step once, so that what is missing here is known before the first one starts.
   * @returns the files of every step, by id
   * @throws OsirisError that names all that is missing
   */
  check(): ReadonlyMap<string, StepFiles> {
    const files = new Map<string, StepFiles>();
    const problems: OsirisError[] = [];
    for (const step of this.#manifest.steps) {
      try {
        files.set(step.id, this.resolve(step, findComponent(step, this.#catalog)).files);
      } catch (error) {
        if (!(error instanceof OsirisError)) throw error;
        problems.push(error);
      }
    }
    const [first, ...more] = problems;
    if (first === undefined) return files;
    if (more.length === 0) throw first;
    throw new OsirisError({
      code: first.code,
      category: first.category,
      message: problems.map(({ message }) => message).join("\n"),
      ...(first.hint === undefined ? {} : { hint: first.hint }),
    });
  }

  /** @throws OsirisError when a variable or a connection is missing, or a value that came from there is wrong */
  resolve(step: ManifestStep, component: DiscoveredComponent): ResolvedStep {
    const { spec } = component;
    const written = { ...this.#connectionFields(step, spec), ...this.#own.get(step.id) };
    const { filled, used } = this.#fillEnvironment(structuredClone(written), step);
    const secrets = secretsIn(filled, used, spec);
    const config = filled as Record<string, unknown>;
    const what = `the config of step "${step.id}"`;
    // What looks like a reference now is a value.
    const resolved = { references: false };
    const problems = schemaProblems(spec.configSchema, config, what, { ...resolved, coerce: true });
    const messages = [
      ...problems.map(({ message }) => message),
      ...brokenConstraints(spec, config, resolved),
    ];
    if (messages.length > 0) throw badConfig(step, messages);
    const base = this.#pathBase(step, config);
    const files = {
      read: absolutePaths(step.paths.read, config, base),
      write: absolutePaths(step.paths.write, config, base),
      patterns: step.paths.patterns === true,
    };
    return { config: wrapSecrets(config, spec), files, secrets };
  }

  /** Where the relative paths of the manifest start. */
  get baseDir(): string {
    return this.#baseDir;
  }

  /** What the manifest says of the step's config. */
  own(step: ManifestStep): StepConfig | undefined {
    return this.#own.get(step.id);
  }

  /** The step's query as its driver gets it; undefined when its component has none. */
  query(step: ManifestStep, component: DiscoveredComponent): string | undefined {
    const field = component.spec.sql?.slice(1);
    const query = field === undefined ? undefined : this.resolve(step, component).config[field];
    return typeof query === "string" ? query : undefined;
  }

  #connectionFields(step: ManifestStep, spec: ComponentSpec): Readonly<Record<string, unknown>> {
    if (step.connection === undefined) return {};
    const found = this.#connections.resolve(step.connection, spec);
    if (found !== undefined) return fieldsFor(spec, found);
    // A default is taken where there is one; whether the step can do without, its schema knows.
    if (referenceParts(step.connection).alias === undefined) return {};
    throw new OsirisError({
      code: "connection.unknown",
      category: "usage",
      message: `Step "${step.id}" needs the connection ${step.connection}, which is not defined here`,
      hint: "Define it in osiris_connections.yaml, in the working directory or above.",
    });
  }

  #fillEnvironment(
    config: unknown,
    step: ManifestStep,
  ): { readonly filled: unknown; readonly used: readonly UsedVariable[] } {
    const missing: string[] = [];
    const used: UsedVariable[] = [];
    const filled = mapTexts(config, (text, path) =>
      replaceReferences(text, (reference) => {
        if (reference.kind === "escape") return "${";
        if (reference.kind !== "env") return undefined;
        const value = this.#surroundings.environment[reference.name];
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
      message: `Step "${step.id}" needs environment variables that are not set: ${[...new Set(missing)].join(", ")}`,
      hint: "Export them, or write them into .env beside osiris_connections.yaml.",
    });
  }

  /** Where the relative paths of a config start. */
  #pathBase(step: ManifestStep, config: Readonly<Record<string, unknown>>): string {
    const field = step.paths.base;
    const folder = field === undefined ? undefined : config[field];
    if (field === undefined || typeof folder !== "string") return this.#baseDir;
    const isOwn = Object.hasOwn(this.#own.get(step.id) ?? {}, field);
    const start = isOwn ? this.#baseDir : (this.#surroundings.connections?.folder ?? this.#baseDir);
    return resolve(start, folder);
  }
}

/** Makes the paths in the config absolute, and returns them. */
function absolutePaths(
  fields: readonly string[],
  config: Record<string, unknown>,
  base: string,
): readonly string[] {
  return fields.flatMap((field) => {
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

/**
 * The connections that a manifest's steps may name: none are read where no step takes one.
 * @throws InvalidFileError `connections.invalid` when they are needed and the file cannot be used
 */
export function readConnections(
  manifest: Manifest,
  catalog: Catalog,
  surroundings: Surroundings,
): Connections {
  const isNeeded = manifest.steps.some((step) => step.connection !== undefined);
  if (!isNeeded || surroundings.connections === undefined) return Connections.none();
  const report = new Report();
  const connections = Connections.read(surroundings.connections, catalog.components, report);
  if (connections === undefined || report.hasErrors) {
    throw new InvalidFileError("connections.invalid", report.findings());
  }
  return connections;
}

function badConfig(step: ManifestStep, messages: readonly string[]): OsirisError {
  return new OsirisError({
    code: "config.invalid",
    category: "usage",
    message: `Step "${step.id}" (${step.component}): ${messages.join("; ")}`,
    hint: "With the values from the environment and the connection it does not fit: correct them, or the step.",
  });
}

/** A variable of the environment in a config, and where. */
interface UsedVariable {
  readonly name: string;
  readonly value: string;
  readonly path: Path;
}

/**
 * What must not be shown of a config whose variables are filled in: all that the compiler would have refused to see
 * written out there, the variables that it is made of, and variables whose names say enough.
 */
function secretsIn(config: unknown, used: readonly UsedVariable[], spec: ComponentSpec): readonly string[] {
  const { secrets = [], configSchema: schema, sql } = spec;
  const found = findSecrets(config, { secrets, schema, sqlField: sql?.slice(1) });
  const places = new Set(found.map(({ path }) => path.join("/")));
  const variables = used.filter(({ name, path }) => isSecretName(name) || places.has(path.join("/")));
  return [...found.map(({ secret }) => secret), ...variables.map(({ value }) => value)];
}

function wrapSecrets(config: unknown, spec: ComponentSpec): DriverConfig {
  const isSecret = declaredSecrets(spec.secrets);
  return mapTexts(config, (text, path) => (isSecret(path) ? new Secret(text) : text)) as DriverConfig;
}
