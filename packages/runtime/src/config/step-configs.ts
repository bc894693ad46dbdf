import { resolve } from "node:path";
import {
  brokenConstraints,
  Connections,
  fieldsFor,
  fingerprint,
  mapTexts,
  referenceParts,
  Report,
  schemaProblems,
  type Connection,
  type Manifest,
  type ManifestStep,
  type StepConfig,
} from "@osiris/compiler";
import { OsirisError, type ComponentSpec } from "@osiris/core";
import type { Catalog } from "../discovery/catalog.ts";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";
import { findComponent } from "../discovery/find-component.ts";
import { InvalidFileError } from "./invalid-file.ts";
import { absolutePaths, fillEnvironment, secretsIn, wrapSecrets, type DriverConfig } from "./late-values.ts";
import type { Surroundings } from "./surroundings.ts";

/** The files that a step's config names, absolute. */
export interface StepFiles {
  readonly read: readonly string[];
  /** Whether those to read may be glob patterns. */
  readonly patterns: boolean;
  readonly write: readonly string[];
}

type Config = Readonly<Record<string, unknown>>;

export interface ResolvedStep {
  readonly config: DriverConfig;
  readonly files: StepFiles;
  /** The connection that gave some of it. */
  readonly connection?: Pick<Connection, "family" | "alias">;
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
   * Resolves steps once, so that what is missing here is known before the first one starts.
   * @param steps default: all
   * @returns the files of each step, by id
   * @throws OsirisError that names all that is missing
   */
  check(steps: readonly ManifestStep[] = this.#manifest.steps): ReadonlyMap<string, StepFiles> {
    const files = new Map<string, StepFiles>();
    const problems: OsirisError[] = [];
    for (const step of steps) {
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
    const connection = this.#connection(step, spec);
    const given = connection === undefined ? {} : fieldsFor(spec, connection);
    const written = { ...given, ...this.#own.get(step.id) };
    const { filled, used } = fillEnvironment(
      structuredClone(written),
      this.#surroundings.environment,
      `Step "${step.id}"`,
    );
    const secrets = secretsIn(filled, used, spec);
    const config = filled as Record<string, unknown>;
    const what = `the config of step "${step.id}"`;
    // What looks like a reference now is a value.
    const asValues = { references: false };
    const problems = schemaProblems(spec.configSchema, config, what, { ...asValues, coerce: true });
    const messages = [
      ...problems.map(({ message }) => message),
      ...brokenConstraints(spec, config, asValues),
    ];
    if (messages.length > 0) throw badConfig(step, messages);
    const base = this.#pathBases(step, config, given);
    const files = {
      read: absolutePaths(step.paths.read, config, base),
      write: absolutePaths(step.paths.write, config, base),
      patterns: step.paths.patterns === true,
    };
    const resolved = { config: wrapSecrets(config, spec), files, secrets };
    return connection === undefined ? resolved : { ...resolved, connection };
  }

  /**
   * Identifies the config that the driver gets, secrets aside: another one when the connection, the environment or the
   * folder that paths start from say something else.
   */
  identity(step: ManifestStep, component: DiscoveredComponent): string {
    const { config, secrets } = this.resolve(step, component);
    const known = secrets.filter((secret) => secret !== "");
    const masked = mapTexts(JSON.parse(JSON.stringify(config)), (text) =>
      known.reduce((rest, secret) => rest.replaceAll(secret, "***"), text),
    );
    return fingerprint(masked);
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

  #connection(step: ManifestStep, spec: ComponentSpec): Connection | undefined {
    if (step.connection === undefined) return undefined;
    const found = this.#connections.resolve(step.connection, spec);
    // A default is taken where there is one; whether the step can do without, its schema knows.
    if (found !== undefined || referenceParts(step.connection).alias === undefined) return found;
    throw new OsirisError({
      code: "connection.unknown",
      category: "usage",
      message: `Step "${step.id}" needs the connection ${step.connection}, which is not defined here`,
      hint: "Define it in osiris_connections.yaml, in the working directory or above.",
    });
  }

  /**
   * Where the relative paths of a field start: in a folder that the config names, else at the file where they are written.
   * @param given what the connection brings
   */
  #pathBases(step: ManifestStep, config: Config, given: Config): (field: string) => string {
    const own = this.#own.get(step.id) ?? {};
    const start = (field: string): string => {
      const isGiven = Object.hasOwn(given, field) && !Object.hasOwn(own, field);
      return isGiven ? (this.#surroundings.connections?.folder ?? this.#baseDir) : this.#baseDir;
    };
    const { base } = step.paths;
    const folder = base === undefined ? undefined : config[base];
    if (base === undefined || typeof folder !== "string") return start;
    const all = resolve(start(base), folder);
    return () => all;
  }
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
  return readAllConnections(catalog, surroundings);
}

/**
 * Every connection of osiris_connections.yaml; none without one.
 * @throws InvalidFileError `connections.invalid`
 */
export function readAllConnections(catalog: Catalog, { connections: file }: Surroundings): Connections {
  if (file === undefined) return Connections.none();
  const report = new Report();
  const connections = Connections.read(file, catalog.components, report);
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
