import { posix } from "node:path";
import { mayRead, namedPaths } from "../config-paths.ts";
import { isUnresolved, type Path } from "../references.ts";
import type { Report } from "../report.ts";
import type { Source } from "../yaml/source.ts";
import type { StepDraft } from "./step-draft.ts";
import { StepOrder } from "./step-order.ts";

/**
 * Two steps that touch one file in an order that nobody chose: one of them would lose. `baseDir` is where relative
 * paths start; files whose names come from the environment are compared when the run starts.
 */
export function checkFiles(
  steps: readonly StepDraft[],
  baseDir: string,
  source: Source,
  report: Report,
): void {
  const writers = new Map<string, StepDraft>();
  for (const { step, file, shown, path } of steps.flatMap((step) => filesOf(step, "write", baseDir))) {
    const first = writers.get(file);
    writers.set(file, first ?? step);
    if (first === undefined) continue;
    const message = `Step "${first.oml.id}" writes "${shown}" too`;
    report.add("step.same_file", source.spanOf(path), message, "Give each step a file of its own.");
  }
  const order = new StepOrder(steps, ({ oml }) => oml.id);
  for (const { step, file, shown, path } of steps.flatMap((step) => filesOf(step, "read", baseDir))) {
    const writer = [...writers].find(([written]) => mayRead(file, written))?.[1];
    if (writer === undefined || order.isFixed(writer, step)) continue;
    const message = `Step "${writer.oml.id}" writes "${shown}", and neither step waits for the other`;
    const hint = `Add "${writer.oml.id}" to needs, or the other way round.`;
    report.add("step.same_file", source.spanOf(path), message, hint);
  }
}

interface NamedFile {
  readonly step: StepDraft;
  readonly path: Path;
  /** As written. */
  readonly shown: string;
  /** Equal for equal files, as far as their names tell. */
  readonly file: string;
}

function filesOf(step: StepDraft, use: "read" | "write", baseDir: string): readonly NamedFile[] {
  const paths = step.component?.spec.paths ?? {};
  const { merged } = step.configuration;
  const fields = (paths[use] ?? []).map((pointer) => pointer.slice(1));
  const base = paths.base === undefined ? "" : (merged[paths.base.slice(1)] ?? "");
  // Whether a relative folder starts at the pipeline or at the connections file is looked at when the run starts.
  if (typeof base !== "string" || (base !== "" && !posix.isAbsolute(base))) return [];
  return namedPaths(fields, merged).flatMap(({ at, text: shown }) => {
    if (isUnresolved(shown)) return [];
    const file = posix.resolve("/", baseDir, base, shown);
    return [{ step, path: [...step.path, "config", ...at], shown, file }];
  });
}
