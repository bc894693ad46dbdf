import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { ManifestStep, StepConfig } from "@osiris/compiler";
import {
  foldCase,
  OsirisError,
  toOsirisError,
  type CreatedTable,
  type Inputs,
  type InputTable,
  type RunDatabase,
  type StepResult,
} from "@osiris/core";
import type { Catalog } from "../discovery/catalog.ts";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";
import { loadDriver } from "../discovery/load-driver.ts";
import { removeStalePartials } from "./partial-file.ts";
import type { RunLog } from "./run-log.ts";
import type { RecordedError, StepRecord } from "./run-record.ts";
import { StepContext } from "./step-context.ts";

const GRACE_MS = 10_000;

/** What all steps of a run share. */
export interface RunScope {
  readonly runId: string;
  readonly runDir: string;
  readonly baseDir: string;
  readonly configs: ReadonlyMap<string, StepConfig>;
  readonly catalog: Catalog;
  readonly database: RunDatabase;
  readonly log: RunLog;
  readonly signal: AbortSignal;
  /** The tables that finished steps have published, by step id. */
  readonly published: Map<string, readonly InputTable[]>;
}

/** Runs one step to its end: driver, checks, publishing. Never throws; a failure is in the record. */
export async function executeStep(step: ManifestStep, run: RunScope): Promise<StepRecord> {
  const started = performance.now();
  const inputs = inputsOf(step, run.published);
  const rowsIn = inputs.tables.reduce((sum, table) => sum + table.rows, 0);
  run.log.event("step_start", { component: step.component, driver: step.driver.package }, step.id);
  const record = (outcome: Pick<StepRecord, "status" | "rows_out" | "tables" | "files">): StepRecord => ({
    id: step.id,
    component: step.component,
    rows_in: rowsIn,
    duration_ms: Math.round(performance.now() - started),
    ...outcome,
  });
  try {
    const { result, tables } = await runDriver(step, inputs, run);
    run.published.set(
      step.id,
      tables.map((table) => ({ step: step.id, ...outputOf(step, table), ...table })),
    );
    const files = pathsOf(step, run, "write");
    const done = record({
      status: "succeeded",
      rows_out: result.rows,
      tables: tables.map(recordedTable),
      files,
    });
    reportSuccess(done, run.log);
    return done;
  } catch (caught) {
    const error = toOsirisError(caught, `Step "${step.id}" (${step.component})`);
    const status = run.signal.aborted ? "cancelled" : "failed";
    const failed = { ...record({ status, rows_out: 0, tables: [], files: [] }), error: recordedError(error) };
    run.log.event(status === "cancelled" ? "step_cancelled" : "step_failed", { ...failed.error }, step.id);
    return failed;
  }
}

async function runDriver(
  step: ManifestStep,
  inputs: Inputs,
  run: RunScope,
): Promise<{ readonly result: StepResult; readonly tables: readonly CreatedTable[] }> {
  const component = findComponent(step, run);
  assertInputs(component, inputs, step, run.published);
  const driver = await loadDriver(component);
  const artifacts = join(run.runDir, "artifacts", step.id);
  mkdirSync(artifacts, { recursive: true });
  run.log.event(
    "inputs_resolved",
    { tables: inputs.tables.map(({ table, rows }) => ({ table, rows })) },
    step.id,
  );
  const { runId, database, log, signal } = run;
  const writes = pathsOf(step, run, "write");
  for (const file of writes) removeStalePartials(file, dirname(run.runDir));
  const ctx = new StepContext({ stepId: step.id, runId, inputs, artifacts, writes, database, log, signal });
  using grace = graceAfter(signal, step);
  try {
    const work = driver.run({ stepId: step.id, config: driverConfig(step, run), inputs, ctx });
    const result = await Promise.race([work, grace.over]);
    await ctx.close();
    const tables = await ctx.tables.seal();
    checkResult(result, tables, step);
    await ctx.tables.publish(tables);
    return { result, tables };
  } catch (error) {
    await ctx.close();
    await discard(ctx, step, log);
    throw error;
  }
}

interface Grace extends Disposable {
  /** Rejects when the step has had its time after a cancel. */
  readonly over: Promise<never>;
}

/** A driver that does not heed the signal is left behind: the run must end. */
function graceAfter(signal: AbortSignal, step: ManifestStep): Grace {
  const { promise, reject } = Promise.withResolvers<never>();
  // Nobody may be listening any more when it rejects.
  promise.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer = setTimeout(() => {
      const message = `Step "${step.id}" did not stop within ${GRACE_MS / 1000} s of being cancelled`;
      reject(new OsirisError({ code: "driver.ignored_cancel", category: "cancelled", message }));
    }, GRACE_MS);
  };
  if (signal.aborted) start();
  else signal.addEventListener("abort", start, { once: true });
  return {
    over: promise,
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal.removeEventListener("abort", start);
    },
  };
}

/** The failure that brought us here is the one to report; a second one only leaves a staging table behind. */
async function discard(ctx: StepContext, step: ManifestStep, log: RunLog): Promise<void> {
  try {
    await ctx.tables.discard();
  } catch (error) {
    log.event(
      "staging_not_dropped",
      { message: toOsirisError(error, "Dropping staged tables").message },
      step.id,
    );
  }
}

function findComponent(step: ManifestStep, run: RunScope): DiscoveredComponent {
  const component = run.catalog.components.get(step.component);
  if (component === undefined) {
    throw new OsirisError({
      code: "driver.not_installed",
      category: "usage",
      message: `No component "${step.component}" is installed`,
      hint: `Install it: npm i ${step.driver.package}@${step.driver.version}`,
    });
  }
  if (component.package !== step.driver.package || component.packageVersion !== step.driver.version) {
    throw new OsirisError({
      code: "driver.wrong_version",
      category: "usage",
      message: `The manifest was compiled for ${step.driver.package} ${step.driver.version}, installed is ${component.package} ${component.packageVersion}`,
      hint: "Compile the pipeline again, or install the version that the manifest names.",
    });
  }
  return component;
}

function inputsOf(step: ManifestStep, published: RunScope["published"]): Inputs {
  const all = step.needs.flatMap((need) => published.get(need) ?? []);
  const tables =
    step.input === undefined ? all : all.filter(({ table }) => table === foldCase(step.input ?? ""));
  const [only] = tables;
  return only !== undefined && tables.length === 1 ? { table: only.table, tables } : { tables };
}

/** How many tables a step publishes is known only now; a component that takes one must never read just the first. */
function assertInputs(
  component: DiscoveredComponent,
  inputs: Inputs,
  step: ManifestStep,
  published: RunScope["published"],
): void {
  if (component.spec.inputs !== "one" || inputs.tables.length === 1) return;
  const tables = step.needs.flatMap((need) => published.get(need) ?? []).map(({ table }) => table);
  throw new OsirisError({
    code: tables.length === 0 ? "step.no_input" : "step.many_inputs",
    category: "usage",
    message: `Step "${step.id}" takes one table; its needs have published ${tables.length}: ${tables.join(", ")}`,
    hint: "Choose one with input: <table>.",
  });
}

function driverConfig(step: ManifestStep, run: RunScope): StepConfig {
  const config = { ...run.configs.get(step.id) };
  for (const field of [...step.paths.read, ...step.paths.write]) {
    const path = absolutePath(step, run, field);
    if (path !== undefined) config[field] = path;
  }
  return config;
}

type WithConfigs = Pick<RunScope, "baseDir" | "configs">;

/** The files that a step's config names, absolute. */
export function pathsOf(step: ManifestStep, run: WithConfigs, use: "read" | "write"): readonly string[] {
  return step.paths[use].map((field) => absolutePath(step, run, field)).filter((path) => path !== undefined);
}

/** Undefined when the field is optional and not set. */
function absolutePath(step: ManifestStep, run: WithConfigs, field: string): string | undefined {
  const value = run.configs.get(step.id)?.[field];
  return typeof value === "string" ? resolve(run.baseDir, value) : undefined;
}

/** A driver's count is only believed where nothing can check it: at a destination. */
function checkResult(result: StepResult, tables: readonly CreatedTable[], step: ManifestStep): void {
  const wrong = (message: string): OsirisError =>
    new OsirisError({
      code: "driver.wrong_result",
      category: "internal",
      message: `${step.component}: ${message}`,
    });
  if (!Number.isSafeInteger(result?.rows) || result.rows < 0) throw wrong("run() did not return { rows }");
  if (step.mode === "write") {
    if (tables.length > 0) throw wrong(`a writer made the table "${tables[0]?.table}"`);
    return;
  }
  if (tables.length === 0) throw wrong("run() made no table");
  const made = tables.reduce((sum, table) => sum + table.rows, 0);
  if (made !== result.rows) throw wrong(`run() reported ${result.rows} rows, its tables have ${made}`);
}

function outputOf(step: ManifestStep, { table }: CreatedTable): { readonly output?: string } {
  const prefix = `${step.table}__`;
  return table.startsWith(prefix) ? { output: table.slice(prefix.length) } : {};
}

function recordedTable({ table, rows, columns }: CreatedTable): StepRecord["tables"][number] {
  return { name: table, rows, columns };
}

export function recordedError(error: OsirisError): RecordedError {
  const { code, category, message, hint, retryable } = error;
  return { code, category, message, ...(hint === undefined ? {} : { hint }), retryable };
}

function reportSuccess(done: StepRecord, log: RunLog): void {
  const { id, rows_in, rows_out, duration_ms } = done;
  log.metric("rows_in", rows_in, "rows", id);
  log.metric("rows_out", rows_out, "rows", id);
  log.metric("duration_ms", duration_ms, "ms", id);
  for (const { name, rows, columns } of done.tables) {
    log.event(
      "table_published",
      { table: name, rows, columns: columns.map(({ name, type }) => ({ name, type })) },
      id,
    );
  }
  log.event("step_complete", { rows_in, rows_out, duration_ms }, id);
}
