import type { PlannedChange } from "@osiris/core";
import type { StepPlan } from "@osiris/runtime";
import { formatCount } from "./format.ts";
import { printable } from "./text-table.ts";

/** What steps would change, for people. */
export function planText(steps: readonly StepPlan[]): string {
  if (steps.length === 0) return "No step writes anything outside of the run.";
  return steps.map((step) => stepLines(step).join("\n")).join("\n\n");
}

function stepLines(step: StepPlan): readonly string[] {
  const { changes, refused, error } = step;
  return [
    printable(`${step.step}  (${step.component})`),
    ...inputLines(step),
    ...changes.flatMap(changeLines),
    ...refused.flatMap(({ message, hint }) => problemLines(`refused: ${message}`, hint)),
    ...(error === undefined ? [] : problemLines(`error: ${error.message} [${error.code}]`, error.hint)),
  ];
}

/** What the answer rests on, where that is worth knowing; or why there is none. */
function inputLines({ status, input, changes }: StepPlan): readonly string[] {
  if (status === "unknown") return ["  its driver cannot say what it would change"];
  const nothing = status === "planned" && changes.length === 0 ? ["  nothing would change"] : [];
  if (status === "failed") return [];
  if (input === undefined) return ["  the columns of its input are not known before the run", ...nothing];
  const from =
    input.run_id === undefined ? [] : [`  with the columns that ${input.table} had in run ${input.run_id}`];
  return [...from, ...nothing];
}

function changeLines({ action, kind, name, message, rows, sql }: PlannedChange): readonly string[] {
  const count = rows && `  (${rows.exact ? "" : "about "}${formatCount(rows.count)} rows)`;
  return [
    printable(`  ${action} ${kind} ${name}${count ?? ""}`),
    printable(`    ${message}`),
    ...(sql === undefined
      ? []
      : sql
          .trim()
          .split("\n")
          .map((line) => printable(`      ${line}`.trimEnd()))),
  ];
}

function problemLines(message: string, hint: string | undefined): readonly string[] {
  return [printable(`  ${message}`), ...(hint === undefined ? [] : [printable(`    help: ${hint}`)])];
}
