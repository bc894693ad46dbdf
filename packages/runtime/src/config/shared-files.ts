import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { mayRead, StepOrder, type ManifestStep } from "@osiris/compiler";
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
    for (const file of files.get(step.id)?.read ?? []) {
      const read = realPath(file);
      const writer = [...writers].find(([written]) => mayRead(read, written))?.[1];
      if (writer === undefined || order.isFixed(writer, step)) continue;
      const message = `Step "${step.id}" reads ${file}, step "${writer.id}" writes it, and neither waits for the other`;
      throw sharedFile(file, message);
    }
  }
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
