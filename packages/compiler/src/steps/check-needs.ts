import { didYouMean } from "../nearest.ts";
import type { Report } from "../report.ts";
import type { Source } from "../yaml/source.ts";
import type { StepDraft } from "./step-draft.ts";

/** Needs that exist, stand above, and form no cycle. */
export function checkNeeds(steps: readonly StepDraft[], source: Source, report: Report): void {
  const byId = new Map(steps.map((step) => [step.oml.id, step]));
  const inCycle = reportCycles(steps, byId, source, report);
  for (const step of steps) {
    (step.oml.needs ?? []).forEach((need, position) => {
      const span = source.spanOf([...step.path, "needs", position]);
      const other = byId.get(need);
      if (other === undefined) {
        const hint = (): string => didYouMean(need, byId.keys());
        report.add("step.unknown_need", span, `No step is called "${need}"`, hint);
      } else if (other.index > step.index && !inCycle.has(step)) {
        const hint = `Move "${need}" above "${step.oml.id}".`;
        report.add("step.forward_need", span, `"${need}" stands below this step`, hint);
      }
    });
  }
}

interface Visit {
  readonly step: StepDraft;
  /** Which of its needs comes next. */
  next: number;
}

const MAX_CYCLES = 100;

/** Depth first, with a stack of our own: a long chain must not overflow JavaScript's. */
function reportCycles(
  steps: readonly StepDraft[],
  byId: ReadonlyMap<string, StepDraft>,
  source: Source,
  report: Report,
): ReadonlySet<StepDraft> {
  const done = new Set<StepDraft>();
  const inCycle = new Set<StepDraft>();
  let cycles = 0;
  for (const start of steps) {
    if (done.has(start)) continue;
    const stack: Visit[] = [{ step: start, next: 0 }];
    const onPath = new Set([start]);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const need = (top.step.oml.needs ?? [])[top.next];
      top.next += 1;
      if (need === undefined) {
        done.add(top.step);
        onPath.delete(top.step);
        stack.pop();
        continue;
      }
      const other = byId.get(need);
      if (other === undefined || done.has(other)) continue;
      if (!onPath.has(other)) {
        stack.push({ step: other, next: 0 });
        onPath.add(other);
        continue;
      }
      cycles += 1;
      // Steps that all need each other make more cycles than anybody reads, or memory holds.
      if (cycles > MAX_CYCLES) return inCycle;
      const path = [...onPath];
      const cycle = path.slice(path.indexOf(other));
      for (const step of cycle) inCycle.add(step);
      const names = [...cycle.map((step) => step.oml.id), other.oml.id].join(" -> ");
      const span = source.spanOf([...top.step.path, "needs", top.next - 1]);
      report.add("step.cycle", span, `Steps wait for each other: ${names}`, "Remove one of these needs.");
    }
  }
  return inCycle;
}
