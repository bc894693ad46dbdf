import { foldCase, type Column, type Driver, type SqlAnalyzer } from "@osiris/core";
import type { InstalledComponent } from "../component.ts";
import { pointerToPath } from "../schema-check.ts";
import { StepFiles, type ReadNamedFile } from "./compile-files.ts";
import type { CompileScope, StepDraft } from "./step-draft.ts";

/** Lets the drivers of the used components check their configs, and say which columns they will make. */
export async function askDrivers(
  steps: readonly StepDraft[],
  analyzer: SqlAnalyzer,
  scope: CompileScope,
  readFile: ReadNamedFile | undefined,
): Promise<void> {
  const used = new Map(
    steps.flatMap(({ component }) => (component ? [[component.spec.name, component]] : [])),
  );
  const drivers = new Map<string, Driver | Error>();
  for (const [name, component] of used) drivers.set(name, await load(component, scope));
  for (const step of steps) {
    if (step.component === undefined || !step.configuration.valid) continue;
    const driver = drivers.get(step.component.spec.name);
    if (driver instanceof Error) reportBroken(step, driver, scope);
    else if (driver !== undefined) await ask(driver, step, analyzer, scope, readFile);
  }
}

async function load(component: InstalledComponent, scope: CompileScope): Promise<Driver | Error> {
  try {
    return await scope.components.loadDriver(component);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function ask(
  driver: Driver,
  step: StepDraft,
  analyzer: SqlAnalyzer,
  scope: CompileScope,
  readFile: ReadNamedFile | undefined,
): Promise<void> {
  try {
    const files = new StepFiles(step, scope.report, readFile);
    const { merged } = step.configuration;
    // A driver must not change what the next one, or the manifest, sees.
    const problems = listFrom("validate", driver.validate?.(structuredClone(merged), files)) ?? [];
    for (const { path, message, hint } of problems) {
      const span = step.configuration.spanOf(pointerToPath(path));
      scope.report.add("config.refused", span, message, hint);
    }
    if (problems.length > 0 || step.table === undefined) return;
    const columns = listFrom("columns", driver.columns?.(structuredClone(merged), files));
    if (columns !== undefined) step.columns = await spelled(columns, analyzer);
  } catch (error) {
    reportBroken(step, error instanceof Error ? error : new Error(String(error)), scope);
  }
}

/** Drivers in JavaScript return what they like, a promise for instance. */
function listFrom<Item>(call: string, answer: readonly Item[] | undefined): readonly Item[] | undefined {
  if (answer === undefined || Array.isArray(answer)) return answer;
  throw new Error(
    `its ${call}() must return a list, and returned ${answer instanceof Promise ? "a promise" : typeof answer}`,
  );
}

/** The columns with their types as DuckDB writes them. */
async function spelled(columns: readonly Column[], analyzer: SqlAnalyzer): Promise<readonly Column[]> {
  const result: Column[] = [];
  for (const { name, type } of columns) {
    if (result.some((other) => foldCase(other.name) === foldCase(name))) {
      throw new Error(`it announces the column "${name}" twice; upper and lower case are one`);
    }
    const known = await analyzer.typeName(type);
    if (known === undefined)
      throw new Error(`it announces the column "${name}" with the unknown type ${type}`);
    result.push({ name, type: known });
  }
  return result;
}

function reportBroken(step: StepDraft, error: Error, { source, report }: CompileScope): void {
  const message = `The driver of ${step.oml.component} fails: ${error.message}`;
  const hint = `Reinstall or update ${step.component?.package ?? "its package"}; if that does not help, tell its author.`;
  report.add("step.driver_broken", source.spanOf([...step.path, "component"]), message, hint);
}
