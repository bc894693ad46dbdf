import { SINGLE_INPUT_NAME, STEP_ID, tableName } from "@osiris/core";
import { installCommand, type Components, type InstalledComponent } from "./component.ts";
import type { Report, StepDraft } from "./draft.ts";
import { didYouMean, nearest } from "./nearest.ts";
import { MODES, type OmlMode, type OmlStep } from "./oml.ts";
import { substitute, type Params } from "./params.ts";
import { checkSchema } from "./schema-check.ts";
import type { Path } from "./source.ts";

/** Ids, component, mode and config of one step. */
export function draftStep(
  step: OmlStep,
  index: number,
  components: Components,
  params: Params,
  report: Report,
): StepDraft {
  const path: Path = ["steps", index];
  if (!STEP_ID.test(step.id)) {
    const hint = "Use a-z, 0-9, _ and -, start with a letter, 63 characters at most.";
    report.add([...path, "id"], "step.bad_id", `"${step.id}" cannot be a step id`, hint);
  } else if (tableName(step.id) === SINGLE_INPUT_NAME) {
    const hint = "SQL steps see their only input under that name. Choose another id.";
    report.add([...path, "id"], "step.bad_id", `The name "${SINGLE_INPUT_NAME}" is taken`, hint);
  }
  const component = findComponent(step, path, components, report);
  const config = component ? checkConfig(step, path, component, params, report) : {};
  return {
    index,
    path,
    oml: step,
    component,
    table: MODES[step.mode] === "write" ? undefined : tableName(step.id),
    config,
    needs: [],
  };
}

function findComponent(
  step: OmlStep,
  path: Path,
  components: Components,
  report: Report,
): InstalledComponent | undefined {
  const component = components.get(step.component);
  if (component === undefined) {
    const install = installCommand(step.component);
    const near = nearest(step.component, components.keys());
    const hint = install
      ? `Install it: ${install}`
      : near
        ? `Did you mean "${near}"?`
        : `See "osiris components list", and install the package that brings it.`;
    report.add(
      [...path, "component"],
      "step.unknown_component",
      `No component "${step.component}" is installed`,
      hint,
    );
    return undefined;
  }
  if (!component.spec.modes.includes(MODES[step.mode])) {
    const omlModes = (Object.keys(MODES) as OmlMode[]).filter((mode) =>
      component.spec.modes.includes(MODES[mode]),
    );
    const message = `${step.component} cannot be used with mode: ${step.mode}`;
    report.add([...path, "mode"], "step.wrong_mode", message, `Write mode: ${omlModes.join(" or ")}.`);
    return undefined;
  }
  return component;
}

function checkConfig(
  step: OmlStep,
  path: Path,
  component: InstalledComponent,
  params: Params,
  report: Report,
): Readonly<Record<string, unknown>> {
  const root = [...path, "config"];
  const { value, findings } = substitute(step.config ?? {}, params, { source: report.source, path: root });
  const what = `The config of step "${step.id}" (${step.component})`;
  const at = { source: report.source, root, what, code: "config" };
  report.findings.push(...findings, ...checkSchema(component.spec.configSchema, value, at));
  return value as Readonly<Record<string, unknown>>;
}

/** No two steps with one id, or with ids that give one table. */
export function checkNames(steps: readonly StepDraft[], report: Report): void {
  const firstByTable = new Map<string, StepDraft>();
  for (const step of steps) {
    const table = tableName(step.oml.id);
    const first = firstByTable.get(table);
    if (first === undefined) {
      firstByTable.set(table, step);
      continue;
    }
    const where = `steps[${first.index}]`;
    const message =
      first.oml.id === step.oml.id
        ? `Two steps are called "${step.oml.id}" (the first is ${where})`
        : `"${step.oml.id}" and "${first.oml.id}" (${where}) both give the table "${table}"`;
    report.add([...step.path, "id"], "step.duplicate_id", message, "Rename one of them.");
  }
  for (const step of steps) {
    const owner = steps.find(
      (other) => other !== step && tableName(step.oml.id).startsWith(`${tableName(other.oml.id)}__`),
    );
    if (owner === undefined) continue;
    const message = `"${step.oml.id}" could collide with an output table of step "${owner.oml.id}"`;
    report.add(
      [...step.path, "id"],
      "step.duplicate_id",
      message,
      'Do not use "__" after another step\'s id.',
    );
  }
}

/** Two steps that write one file would overwrite each other, in an order nobody chose. */
export function checkWrittenFiles(steps: readonly StepDraft[], report: Report): void {
  const firstByFile = new Map<string, StepDraft>();
  for (const step of steps) {
    for (const pointer of step.component?.spec.paths?.write ?? []) {
      const field = pointer.slice(1);
      const file = step.config[field];
      if (typeof file !== "string") continue;
      const first = firstByFile.get(file);
      if (first === undefined) firstByFile.set(file, step);
      else {
        const message = `Step "${first.oml.id}" writes "${file}" too`;
        report.add(
          [...step.path, "config", field],
          "step.same_file",
          message,
          "Give each step a file of its own.",
        );
      }
    }
  }
}

/** Needs that exist, stand above, and form no cycle. */
export function checkNeeds(steps: readonly StepDraft[], report: Report): void {
  const byId = new Map(steps.map((step) => [step.oml.id, step]));
  const inCycle = reportCycle(steps, byId, report);
  for (const step of steps) {
    (step.oml.needs ?? []).forEach((need, position) => {
      const at = [...step.path, "needs", position];
      const other = byId.get(need);
      if (other === undefined) {
        report.add(at, "step.unknown_need", `No step is called "${need}"`, didYouMean(need, byId.keys()));
      } else if (other.index > step.index && !inCycle.has(step)) {
        report.add(
          at,
          "step.forward_need",
          `"${need}" stands below this step`,
          `Move "${need}" above "${step.oml.id}".`,
        );
      }
    });
  }
}

function reportCycle(
  steps: readonly StepDraft[],
  byId: ReadonlyMap<string, StepDraft>,
  report: Report,
): ReadonlySet<StepDraft> {
  const done = new Set<StepDraft>();
  const inCycle = new Set<StepDraft>();
  for (const start of steps) {
    // Depth first with a stack of our own: a long chain must not overflow JavaScript's.
    const stack: { readonly step: StepDraft; next: number }[] = [{ step: start, next: 0 }];
    const onPath = new Set([start]);
    while (stack.length > 0) {
      const top = stack.at(-1) as { readonly step: StepDraft; next: number };
      const need = (top.step.oml.needs ?? [])[top.next];
      const other = need === undefined ? undefined : byId.get(need);
      top.next += 1;
      if (need === undefined || done.has(top.step)) {
        done.add(top.step);
        onPath.delete(top.step);
        stack.pop();
      } else if (other !== undefined && onPath.has(other)) {
        const cycle = [...onPath].slice([...onPath].indexOf(other));
        for (const step of cycle) inCycle.add(step);
        const names = [...cycle.map((step) => step.oml.id), other.oml.id].join(" -> ");
        const hint = "Remove one of these needs.";
        report.add(
          [...top.step.path, "needs", top.next - 1],
          "step.cycle",
          `Steps wait for each other: ${names}`,
          hint,
        );
      } else if (other !== undefined && !done.has(other)) {
        stack.push({ step: other, next: 0 });
        onPath.add(other);
      }
    }
  }
  return inCycle;
}
