import {
  STEP_ID,
  type Column,
  type ComponentSpec,
  type FilePaths,
  type JsonSchema,
  type JsonValue,
} from "@osiris/core";
import { fileJson, fileYaml, fingerprint } from "./canonical.ts";
import { MODES, OML_VERSION, PIPELINE_NAME, type Oml } from "./oml/oml.ts";
import { POLICY_PROPERTIES, stepPolicy, type StepPolicy, type WrittenPolicy } from "./oml/step-policy.ts";
import type { Params } from "./params.ts";
import type { StepDraft } from "./steps/step-draft.ts";

/** The form of the files written here. It is part of every fingerprint: raise it when the form changes. */
export const MANIFEST_VERSION = 3;

/** What runs: free of secrets, of absolute paths and of times, so that equal input gives equal bytes anywhere. */
export interface Manifest {
  readonly manifest_version: number;
  readonly oml_version: string;
  readonly pipeline: {
    readonly name: string;
    /** The profile that it was compiled with. */
    readonly profile?: string;
    readonly description?: string;
    readonly metadata?: Readonly<Record<string, JsonValue>>;
  };
  readonly fingerprints: {
    readonly oml: string;
    readonly params: string;
    readonly components: string;
    readonly compiler: string;
    /** Over all of the manifest and the configs: the identity of what runs. */
    readonly manifest: string;
  };
  readonly steps: readonly ManifestStep[];
}

export interface ManifestStep extends StepPolicy {
  readonly id: string;
  readonly component: string;
  readonly mode: ComponentSpec["modes"][number];
  /** The table that the step publishes; writers publish none. */
  readonly table?: string;
  readonly driver: { readonly package: string; readonly version: string };
  readonly needs: readonly string[];
  /** The one table to read, where the step's needs publish several. */
  readonly input?: string;
  /** Where the rest of the config comes from: `@family.alias`, or `@family` for the family's default. */
  readonly connection?: string;
  /** The columns that the driver has promised to make. The run fails when it makes others. */
  readonly columns?: readonly Column[];
  /** The config file, relative to the manifest. */
  readonly cfg: string;
  /**
   * Config fields that are file paths, relative to the folder in the field `base`, else to the base directory; what a
   * connection brings, to osiris_connections.yaml.
   */
  readonly paths: {
    readonly read: readonly string[];
    readonly write: readonly string[];
    readonly base?: string;
    /** Whether paths to read may be glob patterns. */
    readonly patterns?: boolean;
  };
}

/**
 * A step's own config, with parameters and defaults. What is still missing when the step starts: its connection's
 * fields, the environment, and where its paths start.
 */
export type StepConfig = Readonly<Record<string, JsonValue>>;

const stepId = { type: "string", pattern: STEP_ID.source };
const names = { type: "array", items: { type: "string" } };
const positive = { type: "integer", minimum: 1 };
const hash = { type: "string", pattern: "^sha256:[0-9a-f]{64}$" };

/** The JSON Schema of manifest.yaml: what must hold before a manifest from elsewhere is trusted with file names. */
export const MANIFEST_SCHEMA: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: `urn:osiris:schema:manifest:${MANIFEST_VERSION}`,
  title: "Osiris manifest",
  type: "object",
  required: ["manifest_version", "oml_version", "pipeline", "fingerprints", "steps"],
  additionalProperties: false,
  properties: {
    manifest_version: { const: MANIFEST_VERSION },
    oml_version: { type: "string" },
    pipeline: {
      type: "object",
      required: ["name"],
      additionalProperties: false,
      properties: {
        name: { type: "string", pattern: PIPELINE_NAME },
        profile: { type: "string", pattern: PIPELINE_NAME },
        description: { type: "string" },
        metadata: { type: "object" },
      },
    },
    fingerprints: {
      type: "object",
      required: ["oml", "params", "components", "compiler", "manifest"],
      additionalProperties: false,
      properties: { oml: hash, params: hash, components: hash, compiler: hash, manifest: hash },
    },
    steps: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["id", "component", "mode", "driver", "needs", "cfg", "paths", "retry"],
        additionalProperties: false,
        properties: {
          id: stepId,
          component: { type: "string" },
          mode: { enum: ["extract", "transform", "write"] },
          table: { type: "string" },
          driver: {
            type: "object",
            required: ["package", "version"],
            additionalProperties: false,
            properties: { package: { type: "string" }, version: { type: "string" } },
          },
          needs: { type: "array", items: stepId },
          input: { type: "string" },
          connection: { type: "string", pattern: "^@[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)?$" },
          columns: {
            type: "array",
            items: {
              type: "object",
              required: ["name", "type"],
              additionalProperties: false,
              properties: { name: { type: "string" }, type: { type: "string" } },
            },
          },
          retry: {
            type: "object",
            required: ["attempts", "backoff_ms", "max_backoff_ms"],
            additionalProperties: false,
            properties: { attempts: positive, backoff_ms: positive, max_backoff_ms: positive },
          },
          timeout_ms: positive,
          max_rejects: POLICY_PROPERTIES.max_rejects,
          cfg: { type: "string", pattern: `^cfg/${STEP_ID.source.slice(1, -1)}\\.json$` },
          paths: {
            type: "object",
            required: ["read", "write"],
            additionalProperties: false,
            properties: {
              read: names,
              write: names,
              base: { type: "string" },
              patterns: { type: "boolean" },
            },
          },
        },
      },
    },
  },
};

export interface CompiledPipeline {
  readonly manifest: Manifest;
  readonly configs: ReadonlyMap<string, StepConfig>;
  /** Relative file name -> content. What `osiris compile` writes, byte for byte. */
  readonly files: ReadonlyMap<string, string>;
}

export function buildPipeline(
  oml: Oml,
  params: Params,
  profile: string | undefined,
  steps: readonly StepDraft[],
  defaults: WrittenPolicy,
): CompiledPipeline {
  const configs = new Map(steps.map((step) => [step.oml.id, step.configuration.own]));
  const manifestSteps = steps.map((step) => manifestStep(step, defaults));
  const parts = {
    oml: fingerprint(oml),
    params: fingerprint({ profile, values: Object.fromEntries(params) }),
    components: fingerprint(usedComponents(steps)),
    compiler: fingerprint({ manifest_version: MANIFEST_VERSION, oml_version: OML_VERSION }),
  };
  const body = {
    manifest_version: MANIFEST_VERSION,
    oml_version: oml.oml_version,
    pipeline: {
      name: oml.name,
      ...(profile === undefined ? {} : { profile }),
      ...(oml.description === undefined ? {} : { description: oml.description }),
      ...(oml.metadata === undefined ? {} : { metadata: oml.metadata }),
    },
    steps: manifestSteps,
  };
  const whole = identity({ ...body, fingerprints: parts }, configs);
  const manifest: Manifest = { ...body, fingerprints: { ...parts, manifest: whole } };
  return { manifest, configs, files: filesOf(manifest, configs, steps) };
}

/** The fingerprint of all that runs. Compare it with the manifest's own to see whether a file was changed. */
export function manifestFingerprint(manifest: Manifest, configs: ReadonlyMap<string, StepConfig>): string {
  const { manifest: _, ...parts } = manifest.fingerprints;
  return identity({ ...manifest, fingerprints: parts }, configs);
}

/**
 * The identity of what one step does: equal ones make equal tables of equal inputs. How often it is tried, for how long
 * and by which version of its driver is not part of it.
 */
export function stepFingerprint(step: ManifestStep, config: StepConfig | undefined): string {
  const { retry: _retry, timeout_ms: _timeout, max_rejects: _rejects, driver: _driver, ...what } = step;
  return fingerprint({ ...what, config });
}

function identity(manifest: object, configs: ReadonlyMap<string, StepConfig>): string {
  return fingerprint({ ...manifest, configs: Object.fromEntries(configs) });
}

function manifestPaths({ read = [], write = [], base, patterns }: FilePaths = {}): ManifestStep["paths"] {
  const fields = (pointers: readonly string[]): readonly string[] =>
    pointers.map((pointer) => pointer.slice(1));
  return {
    read: fields(read),
    write: fields(write),
    ...(base === undefined ? {} : { base: base.slice(1) }),
    ...(patterns === true ? { patterns } : {}),
  };
}

function manifestStep(step: StepDraft, defaults: WrittenPolicy): ManifestStep {
  const component = step.component;
  if (component === undefined) throw new Error(`step ${step.oml.id} was not checked`);
  return {
    id: step.oml.id,
    component: step.oml.component,
    mode: MODES[step.oml.mode],
    ...(step.table === undefined ? {} : { table: step.table }),
    driver: { package: component.package, version: component.packageVersion },
    needs: step.needs,
    ...(step.oml.input === undefined ? {} : { input: step.oml.input }),
    ...(step.configuration.connection === undefined ? {} : { connection: step.configuration.connection }),
    ...(step.columns === undefined || component.spec.sql !== undefined ? {} : { columns: step.columns }),
    ...stepPolicy(step.oml, defaults),
    cfg: `cfg/${step.oml.id}.json`,
    paths: manifestPaths(component.spec.paths),
  };
}

/** Nothing else of them: where a package lies differs from machine to machine. */
function usedComponents(steps: readonly StepDraft[]): unknown {
  const used = steps.flatMap(({ component }) => (component === undefined ? [] : [component]));
  return Object.fromEntries(
    used.map(({ spec, package: name, packageVersion }) => [
      spec.name,
      { spec, package: name, packageVersion },
    ]),
  );
}

function filesOf(
  manifest: Manifest,
  configs: ReadonlyMap<string, StepConfig>,
  steps: readonly StepDraft[],
): ReadonlyMap<string, string> {
  const plan = {
    steps: manifest.steps.map(({ id, component, needs, table }, index) => ({
      id,
      component,
      needs,
      table,
      columns: steps[index]?.columns,
    })),
  };
  return new Map([
    ["manifest.yaml", fileYaml(manifest)],
    ["plan.json", fileJson(plan)],
    ...manifest.steps.map((step): [string, string] => [step.cfg, fileJson(configs.get(step.id))]),
  ]);
}
