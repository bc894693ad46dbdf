import { didYouMean, type ManifestStep } from "@osiris/compiler";
import { OsirisError, toOsirisError, type PlannedChange, type PlanRefusal } from "@osiris/core";
import { checkSharedFiles } from "../config/shared-files.ts";
import { StepConfigs } from "../config/step-configs.ts";
import type { Surroundings } from "../config/surroundings.ts";
import { askDriver, connectionError, type ConnectionError } from "../connections/ask-driver.ts";
import type { Catalog } from "../discovery/catalog.ts";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";
import { findComponent } from "../discovery/find-component.ts";
import { loadDriver } from "../discovery/load-driver.ts";
import type { RunnablePipeline } from "../manifest-files.ts";
import type { Redactor } from "../run/redactor.ts";
import { InputColumns, type KnownInput } from "./input-columns.ts";
import { readPlan } from "./read-plan.ts";

const PLAN_TIMEOUT_MS = 30_000;

export interface PlanPipelineRequest {
  readonly pipeline: RunnablePipeline;
  readonly catalog: Catalog;
  readonly surroundings: Surroundings;
  /** The folder of the runs: what the compiler does not know of a step's input, the last run may. */
  readonly sessions: string;
  /** The one step to ask about. @default every step that writes */
  readonly step?: string;
  /** For one driver's answer. @default 30000 */
  readonly timeoutMs?: number;
  /** Is told the steps' secrets before a driver gets them: for what drivers say elsewhere. */
  readonly redactor: Redactor;
}

/** What one step would change at its destination. */
export interface StepPlan {
  readonly step: string;
  readonly component: string;
  /** `unknown`: its driver has no answer to this. `failed`: it has, and could not find out. */
  readonly status: "planned" | "refused" | "failed" | "unknown";
  /** The columns that the answer rests on; absent: none are known. */
  readonly input?: KnownInput;
  readonly changes: readonly PlannedChange[];
  readonly refused: readonly PlanRefusal[];
  readonly error?: ConnectionError;
}

/**
 * Asks the drivers of the steps that write what a run would change, one after the other in the order of the steps. Nothing is
 * run, and nothing changed.
 * @throws OsirisError when a run could not begin: a driver, a variable or a connection of one of these steps is missing
 * here; `plan.no_such_step`
 */
export async function planPipeline(request: PlanPipelineRequest): Promise<readonly StepPlan[]> {
  const { pipeline, catalog, surroundings, sessions } = request;
  const steps = chosenSteps(pipeline.manifest.steps, request.step);
  const configs = new StepConfigs(pipeline, catalog, surroundings);
  checkSharedFiles(steps, configs.check(steps));
  const inputs = new InputColumns(pipeline, sessions);
  const plans: StepPlan[] = [];
  for (const step of steps) {
    const component = findComponent(step, catalog);
    plans.push(await planStep(step, component, configs, inputs.of(step), request));
  }
  return plans;
}

function chosenSteps(steps: readonly ManifestStep[], wanted: string | undefined): readonly ManifestStep[] {
  const writers = steps.filter(({ mode }) => mode === "write");
  const chosen = writers.filter(({ id }) => wanted === undefined || id === wanted);
  if (wanted === undefined || chosen.length > 0) return chosen;
  throw new OsirisError({
    code: "plan.no_such_step",
    category: "usage",
    message: `The pipeline has no step "${wanted}" that writes`,
    hint: didYouMean(
      wanted,
      writers.map(({ id }) => id),
    ),
  });
}

async function planStep(
  step: ManifestStep,
  component: DiscoveredComponent,
  configs: StepConfigs,
  input: KnownInput | undefined,
  { timeoutMs = PLAN_TIMEOUT_MS, redactor }: PlanPipelineRequest,
): Promise<StepPlan> {
  const plan = { step: step.id, component: step.component, changes: [], refused: [] };
  const { config, secrets } = configs.resolve(step, component);
  redactor.add(secrets);
  try {
    const driver = await loadDriver(component);
    if (driver.plan === undefined) return { ...plan, status: "unknown" };
    const handed = input === undefined ? {} : { input: { table: input.table, columns: input.columns } };
    const answer: unknown = await askDriver({ component, method: "plan", timeoutMs }, (signal) =>
      driver.plan?.({ config, ...handed, signal }),
    );
    const { changes, refused = [] } = redactor.value(readPlan(answer, component));
    const status = refused.length > 0 ? "refused" : "planned";
    return { ...plan, status, ...(input === undefined ? {} : { input }), changes, refused };
  } catch (error) {
    const known = toOsirisError(error, `Planning step "${step.id}"`);
    return { ...plan, status: "failed", error: connectionError(known, redactor) };
  }
}
