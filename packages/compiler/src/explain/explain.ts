import type { ComponentSpec } from "@osiris/core";
import type { Connections } from "../connections.ts";
import type { Manifest, ManifestStep, StepConfig } from "../manifest.ts";
import { omlModes } from "../oml/example-step.ts";
import { unescapeReferences } from "../references.ts";
import type { ExplainedStep, Explanation } from "./explanation.ts";
import { filesOf, hostsOf, reachesOf, variablesOf } from "./reach.ts";
import { wholeConfig } from "./step-config.ts";
import { stepTables, type StepTables, type TableUser } from "./step-tables.ts";
import { summaryOf } from "./summary.ts";

export interface ExplainRequest {
  readonly manifest: Manifest;
  readonly configs: ReadonlyMap<string, StepConfig>;
  /** Absolute: where relative paths start. */
  readonly baseDir: string;
  /** The specs of the components that the manifest was compiled for, by name. */
  readonly specs: ReadonlyMap<string, ComponentSpec>;
  /** What osiris_connections.yaml defines here. */
  readonly connections: Connections;
  /** The names of the environment variables that have a value here. Their values are nobody's business. */
  readonly environment: ReadonlySet<string>;
}

/**
 * What a compiled pipeline will do and what it will touch. Like compiling it reads nothing but its argument; nothing is
 * run and no server is asked.
 */
export async function explain(request: ExplainRequest): Promise<Explanation> {
  const { manifest, configs, specs, baseDir } = request;
  const users = manifest.steps.map((step) => tableUser(step, specOf(step, specs), configs.get(step.id)));
  const tables = await stepTables(users);
  const steps = users.map((user) => explainStep(user, tables.get(user.step.id), request));
  const { name, description, profile } = manifest.pipeline;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(profile === undefined ? {} : { profile }),
    fingerprint: manifest.fingerprints.manifest,
    base_dir: baseDir,
    stages: stagesOf(manifest.steps),
    steps,
    reaches: reachesOf(steps),
  };
}

function specOf(step: ManifestStep, specs: ReadonlyMap<string, ComponentSpec>): ComponentSpec {
  const spec = specs.get(step.component);
  if (spec === undefined) throw new Error(`no spec of ${step.component} was given`);
  return spec;
}

function tableUser(step: ManifestStep, spec: ComponentSpec, config: StepConfig | undefined): TableUser {
  const sql = spec.sql === undefined ? undefined : config?.[spec.sql.slice(1)];
  return { step, spec, ...(typeof sql === "string" ? { sql: unescapeReferences(sql) } : {}) };
}

function explainStep(
  { step, spec, sql }: TableUser,
  tables: StepTables | undefined,
  { configs, connections, baseDir, environment }: ExplainRequest,
): ExplainedStep {
  const { config, connection } = wholeConfig(step, configs.get(step.id), spec, connections);
  const columns = tables?.columns;
  const [mode = "transform"] = omlModes({ modes: [step.mode] });
  const { retry, timeout_ms, max_rejects } = step;
  return {
    id: step.id,
    component: step.component,
    mode,
    does: summaryOf(spec, config),
    needs: step.needs,
    reads: tables?.reads ?? [],
    ...(step.table === undefined ? {} : { makes: { table: step.table, ...(columns && { columns }) } }),
    ...(sql === undefined ? {} : { sql }),
    ...(connection === undefined ? {} : { connection }),
    files: filesOf(spec, config, configs.get(step.id) ?? {}, baseDir),
    hosts: hostsOf(spec, config),
    variables: variablesOf(spec, config, environment),
    retry,
    ...(timeout_ms === undefined ? {} : { timeout_ms }),
    ...(max_rejects === undefined ? {} : { max_rejects }),
  };
}

/** A step's stage is the one after the last of those that it waits for, all of which stand above it. */
function stagesOf(steps: readonly ManifestStep[]): readonly (readonly string[])[] {
  const stageOf = new Map<string, number>();
  const stages: string[][] = [];
  for (const { id, needs } of steps) {
    const stage = Math.max(0, ...needs.map((need) => (stageOf.get(need) ?? -1) + 1));
    stageOf.set(id, stage);
    (stages[stage] ??= []).push(id);
  }
  return stages;
}
