import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ManifestStep, PlaceInFile } from "@osiris/compiler";
import {
  foldCase,
  OsirisError,
  REJECTS,
  tableName,
  toOsirisError,
  type Column,
  type CreatedTable,
  type Inputs,
  type InputTable,
  type RunDatabase,
  type StepResult,
} from "@osiris/core";
import type { StepConfigs, StepFiles } from "../config/step-configs.ts";
import type { Catalog } from "../discovery/catalog.ts";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";
import { findComponent } from "../discovery/find-component.ts";
import { loadDriver } from "../discovery/load-driver.ts";
import { removeStalePartials } from "./partial-file.ts";
import type { Redactor } from "./redactor.ts";
import type { RunLog } from "./run-log.ts";
import type { RunProgress } from "./run-progress.ts";
import type { RecordedError, StepRecord } from "./run-record.ts";
import { placeOfSql, type SqlPlace } from "./sql-place.ts";
import { StepContext } from "./step-context.ts";

const GRACE_MS = 10_000;

/** What all steps of a run share. */
export interface RunScope {
  readonly runId: string;
  readonly runDir: string;
  readonly configs: StepConfigs;
  readonly placeInFile: PlaceInFile | undefined;
  /** The files that steps name, by step id. */
  readonly files: ReadonlyMap<string, StepFiles>;
  readonly redactor: Redactor;
  readonly catalog: Catalog;
  readonly database: RunDatabase;
  readonly log: RunLog;
  readonly signal: AbortSignal;
  readonly progress: RunProgress | undefined;
  /** The tables that finished steps have published, by step id. */
  readonly published: Map<string, readonly InputTable[]>;
}

/** Runs one step to its end: driver, checks, publishing. Never throws; a failure is in the record. */
export async function executeStep(step: ManifestStep, run: RunScope): Promise<StepRecord> {
  const started = performance.now();
  const inputs = inputsOf(step, run.published);
  const rowsIn = inputs.tables.reduce((sum, table) => sum + table.rows, 0);
  run.log.event("step_start", { component: step.component, driver: step.driver.package }, step.id);
  const record = (
    outcome: Pick<StepRecord, "status" | "rows_out" | "rejected" | "tables" | "files">,
  ): StepRecord => ({
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
      results(tables, step).map((table) => ({ step: step.id, ...outputOf(step, table), ...table })),
    );
    const files = run.files.get(step.id)?.write ?? [];
    const done = record({
      status: "succeeded",
      rows_out: result.rows,
      rejected: tables.find(({ table }) => table === rejectsTable(step))?.rows ?? 0,
      tables: tables.map(recordedTable),
      files,
    });
    reportSuccess(done, run.log);
    return done;
  } catch (caught) {
    const error = isAbort(caught, run.signal)
      ? cancelled(caught)
      : toOsirisError(caught, `Step "${step.id}" (${step.component})`);
    const status = run.signal.aborted ? "cancelled" : "failed";
    const failed = {
      ...record({ status, rows_out: 0, rejected: 0, tables: [], files: [] }),
      error: recordedError(error, run.redactor, sqlPlace(error, step, run)),
    };
    run.log.event(status === "cancelled" ? "step_cancelled" : "step_failed", { ...failed.error }, step.id);
    return failed;
  }
}

function sqlPlace({ sql }: OsirisError, step: ManifestStep, run: RunScope): SqlPlace | undefined {
  // Drivers in JavaScript put anything there.
  if (typeof sql?.text !== "string") return undefined;
  // Of a line that is cut a part of a secret could stay, which nobody would know again.
  if (run.redactor.text(sql.text) !== sql.text) return undefined;
  const query = run.configs.query(step, findComponent(step, run.catalog));
  return placeOfSql(sql, query, (offset) => run.placeInFile?.(step.id, offset));
}

/** What everything that was given the signal fails with when the run is cancelled. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  return (
    signal.aborted && (error === signal.reason || (error instanceof Error && error.name === "AbortError"))
  );
}

function cancelled(cause: unknown): OsirisError {
  return new OsirisError({
    code: "run.cancelled",
    category: "cancelled",
    message: "The run was cancelled.",
    cause,
  });
}

async function runDriver(
  step: ManifestStep,
  inputs: Inputs,
  run: RunScope,
): Promise<{ readonly result: StepResult; readonly tables: readonly CreatedTable[] }> {
  const component = findComponent(step, run.catalog);
  assertInputs(component, inputs, step, run.published);
  const driver = await loadDriver(component);
  const artifacts = join(run.runDir, "artifacts", step.id);
  mkdirSync(artifacts, { recursive: true });
  run.log.event(
    "inputs_resolved",
    { tables: inputs.tables.map(({ table, rows }) => ({ table, rows })) },
    step.id,
  );
  const { runId, database, log, redactor, signal } = run;
  const { config, files, secrets } = run.configs.resolve(step, component);
  redactor.add(secrets);
  const writes = files.write;
  for (const file of writes) removeStalePartials(file, dirname(run.runDir));
  const stepId = step.id;
  const ctx = new StepContext({ stepId, runId, inputs, artifacts, writes, database, log, redactor, signal });
  using _watched = run.progress?.watch(() => ctx.progressSoFar);
  using grace = graceAfter(signal, step);
  try {
    const work = driver.run({ stepId, config, inputs, ctx });
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

/** A driver's count is only believed where nothing can check it: at a destination. */
function checkResult(result: StepResult, all: readonly CreatedTable[], step: ManifestStep): void {
  const wrong = (message: string): OsirisError =>
    new OsirisError({
      code: "driver.wrong_result",
      category: "internal",
      message: `${step.component}: ${message}`,
    });
  if (!Number.isSafeInteger(result?.rows) || result.rows < 0) throw wrong("run() did not return { rows }");
  const tables = results(all, step);
  if (step.mode === "write") {
    if (tables.length > 0) throw wrong(`a writer made the table "${tables[0]?.table}"`);
    return;
  }
  if (tables.length === 0) throw wrong("run() made no table");
  const made = tables.reduce((sum, table) => sum + table.rows, 0);
  if (made !== result.rows) throw wrong(`run() reported ${result.rows} rows, its tables have ${made}`);
  if (step.columns !== undefined) checkColumns(step.columns, tables, wrong);
}

/** SQL that reads the table was checked against the columns that the driver had announced. */
function checkColumns(
  announced: readonly Column[],
  tables: readonly CreatedTable[],
  wrong: (message: string) => OsirisError,
): void {
  const text = (columns: readonly Column[]): string =>
    columns.map(({ name, type }) => `${name} ${type}`).join(", ");
  const [only, ...more] = tables;
  const made = text(only?.columns ?? []);
  if (more.length === 0 && made === text(announced)) return;
  throw wrong(`its table has the columns ${made}; announced were ${text(announced)}`);
}

/** What a step has left out is no input of another, unless SQL asks for it. */
function results(tables: readonly CreatedTable[], step: ManifestStep): readonly CreatedTable[] {
  return tables.filter(({ table }) => table !== rejectsTable(step));
}

function rejectsTable(step: ManifestStep): string {
  return tableName(step.id, REJECTS);
}

function outputOf(step: ManifestStep, { table }: CreatedTable): { readonly output?: string } {
  const prefix = `${step.table}__`;
  return table.startsWith(prefix) ? { output: table.slice(prefix.length) } : {};
}

function recordedTable({ table, rows, columns }: CreatedTable): StepRecord["tables"][number] {
  return { name: table, rows, columns };
}

export function recordedError(error: OsirisError, redactor: Redactor, place?: SqlPlace): RecordedError {
  const { code, category, message, hint, retryable } = error;
  return redactor.value({
    code,
    category,
    message,
    ...(hint === undefined ? {} : { hint }),
    retryable,
    ...(place === undefined ? {} : { place }),
  });
}

function reportSuccess(done: StepRecord, log: RunLog): void {
  const { id, rows_in, rows_out, rejected, duration_ms } = done;
  log.metric("rows_in", rows_in, "rows", id);
  log.metric("rows_out", rows_out, "rows", id);
  if (rejected > 0) log.metric("rows_rejected", rejected, "rows", id);
  log.metric("duration_ms", duration_ms, "ms", id);
  for (const { name, rows, columns } of done.tables) {
    log.event(
      "table_published",
      { table: name, rows, columns: columns.map(({ name, type }) => ({ name, type })) },
      id,
    );
  }
  log.event("step_complete", { rows_in, rows_out, rejected, duration_ms }, id);
}
