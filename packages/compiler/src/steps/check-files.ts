import { posix } from "node:path";
import { isPattern, mayRead, namedPaths } from "../config-paths.ts";
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
  const written = new Map<string, NamedFile>();
  for (const named of steps.flatMap((step) => filesOf(step, "write", baseDir))) {
    const first = written.get(named.file);
    written.set(named.file, first ?? named);
    if (first === undefined) continue;
    const message = `Step "${first.step.oml.id}" writes "${named.shown}" too`;
    report.add("step.same_file", source.spanOf(named.path), message, "Give each step a file of its own.");
  }
  const order = new StepOrder(steps, ({ oml }) => oml.id);
  for (const read of steps.flatMap((step) => filesOf(step, "read", baseDir))) {
    // Patterns are rare, and compared with each file.
    const found = read.isPattern ? [...written.values()] : [written.get(read.file)];
    for (const write of found) {
      if (write !== undefined && mayRead(read.file, write.file, read.isPattern))
        checkPair(read, write, order, steps, source, report);
    }
  }
}

/** What one step reads and another writes. */
function checkPair(
  read: NamedFile,
  write: NamedFile,
  order: StepOrder<StepDraft>,
  steps: readonly StepDraft[],
  source: Source,
  report: Report,
): void {
  const writer = write.step.oml.id;
  if (!order.isFixed(write.step, read.step)) {
    const message = `Step "${writer}" writes "${write.shown}", and neither step waits for the other`;
    const hint = `Add "${writer}" to needs, or the other way round.`;
    report.add("step.same_file", source.spanOf(read.path), message, hint);
  } else if (read.isPattern && steps.indexOf(read.step) < steps.indexOf(write.step)) {
    const message = `The next run will read "${write.shown}" too, which step "${writer}" writes`;
    report.add("step.reads_own_output", source.spanOf(read.path), message, "Write into another folder.");
  }
}

interface NamedFile {
  readonly step: StepDraft;
  readonly path: Path;
  /** As written. */
  readonly shown: string;
  /** Equal for equal files, as far as their names tell. */
  readonly file: string;
  /** It may stand for several files. */
  readonly isPattern: boolean;
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
    return [
      {
        step,
        path: [...step.path, "config", ...at],
        shown,
        file,
        isPattern: paths.patterns === true && isPattern(file),
      },
    ];
  });
}
