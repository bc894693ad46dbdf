import { posix } from "node:path";
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

/** Two steps that touch one file in an order that nobody chose: one of them would lose. */
export function checkFiles(steps: readonly StepDraft[], report: Report): void {
  const byId = new Map(steps.map((step) => [step.oml.id, step]));
  const writes = steps.flatMap((step) => filesOf(step, "write"));
  for (const [position, write] of writes.entries()) {
    const first = writes.slice(0, position).find((other) => other.file === write.file);
    if (first === undefined) continue;
    const message = `Step "${first.step.oml.id}" writes "${write.file}" too`;
    report.add(write.path, "step.same_file", message, "Give each step a file of its own.");
  }
  for (const read of steps.flatMap((step) => filesOf(step, "read"))) {
    const writer = writes.find(({ file }) => file === read.file)?.step;
    if (writer === undefined || waitsFor(read.step, writer, byId) || waitsFor(writer, read.step, byId))
      continue;
    const message = `Step "${writer.oml.id}" writes "${read.file}", and neither step waits for the other`;
    report.add(
      read.path,
      "step.same_file",
      message,
      `Add "${writer.oml.id}" to needs, or the other way round.`,
    );
  }
}

interface NamedFile {
  readonly step: StepDraft;
  readonly path: Path;
  readonly file: string;
}

function filesOf(step: StepDraft, use: "read" | "write"): readonly NamedFile[] {
  return (step.component?.spec.paths?.[use] ?? []).flatMap((pointer) => {
    const field = pointer.slice(1);
    const value = step.config[field];
    if (typeof value !== "string") return [];
    return [{ step, path: [...step.path, "config", field], file: posix.normalize(value) }];
  });
}

function waitsFor(step: StepDraft, other: StepDraft, byId: ReadonlyMap<string, StepDraft>): boolean {
  const seen = new Set<StepDraft>();
  const open = [step];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const need of at.needs.map((id) => byId.get(id))) {
      if (need === other) return true;
      if (need === undefined || seen.has(need)) continue;
      seen.add(need);
      open.push(need);
    }
  }
  return false;
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
