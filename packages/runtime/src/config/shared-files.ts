import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isPattern, mayRead, StepOrder, type ManifestStep } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import type { StepFiles } from "./step-configs.ts";

/**
 * Refuses two steps that touch one file in an order that nobody chose. The compiler compares the paths as they are
 * written; here the environment is filled in and links are followed.
 * @throws OsirisError `step.same_file`
 */
export function checkSharedFiles(
  steps: readonly ManifestStep[],
  files: ReadonlyMap<string, StepFiles>,
): void {
  const writers = new Map<string, ManifestStep>();
  for (const step of steps) {
    for (const file of files.get(step.id)?.write ?? []) {
      const real = realPath(file);
      const first = writers.get(real);
      if (first !== undefined)
        throw sharedFile(file, `Steps "${first.id}" and "${step.id}" both write ${file}`);
      writers.set(real, step);
    }
  }
  const order = new StepOrder(steps, ({ id }) => id);
  for (const step of steps) {
    const { read = [], patterns = false } = files.get(step.id) ?? {};
    for (const file of read) {
      const writer = writersOf(realPath(file), patterns, writers).find(
        (writer) => !order.isFixed(writer, step),
      );
      if (writer === undefined) continue;
      const message = `Step "${step.id}" reads ${file}, step "${writer.id}" writes it, and neither waits for the other`;
      throw sharedFile(file, message);
    }
  }
}

/** Patterns are rare, and compared with each file. */
function writersOf(
  read: string,
  patterns: boolean,
  writers: ReadonlyMap<string, ManifestStep>,
): readonly ManifestStep[] {
  const writer = writers.get(read);
  if (!patterns || !isPattern(read)) return writer === undefined ? [] : [writer];
  return [...writers].flatMap(([file, step]) => (mayRead(read, file, patterns) ? [step] : []));
}

function sharedFile(file: string, message: string): OsirisError {
  return new OsirisError({
    code: "step.same_file",
    category: "usage",
    message,
    hint: `Give each step a file of its own, or let one need the other (${basename(file)}).`,
  });
}

/** Links followed as far as the path exists: the file itself may still have to be made. */
function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    const folder = dirname(file);
    return folder === file ? file : join(realPath(folder), basename(file));
  }
}
