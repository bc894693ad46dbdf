import { posix } from "node:path";
import type { CompileFiles } from "@osiris/core";
import { isUnresolved } from "../references.ts";
import type { Report } from "../report.ts";
import { pointerToPath } from "../schema-check.ts";
import type { StepDraft } from "./step-draft.ts";

/** A file that a config names. */
export interface NamedFile {
  /** As written, after the folder that its component's paths start from. */
  readonly path: string;
  /** Where a relative path starts: at the pipeline's folder, or at that of osiris_connections.yaml. */
  readonly from: "pipeline" | "connections";
}

/** Gives a file's text, or says in plain words why there is none. */
export type ReadNamedFile = (file: NamedFile) => { readonly text: string } | { readonly problem: string };

/** The files of one step, each read once, when its driver asks for it. */
export class StepFiles implements CompileFiles {
  readonly #texts = new Map<string, string | undefined>();
  readonly #step: StepDraft;
  readonly #report: Report;
  readonly #readFile: ReadNamedFile | undefined;

  /** @param readFile undefined: no file is known before the run */
  constructor(step: StepDraft, report: Report, readFile: ReadNamedFile | undefined) {
    this.#step = step;
    this.#report = report;
    this.#readFile = readFile;
  }

  text(pointer: string): string | undefined {
    const { component } = this.#step;
    if (component?.spec.paths?.read?.includes(pointer) !== true) {
      throw new Error(`it asks for the file in "${pointer}", which its spec does not list in paths.read`);
    }
    if (!this.#texts.has(pointer)) this.#texts.set(pointer, this.#read(pointer));
    return this.#texts.get(pointer);
  }

  #read(pointer: string): string | undefined {
    const file = this.#named(pointer);
    const read = file && this.#readFile?.(file);
    if (file === undefined || read === undefined) return undefined;
    if ("text" in read) return read.text;
    const span = this.#step.configuration.spanOf(pointerToPath(pointer));
    const hint = "Relative paths start at the folder of the file that they are written in.";
    this.#report.add("config.unreadable_file", span, `"${file.path}": ${read.problem}`, hint);
    return undefined;
  }

  #named(pointer: string): NamedFile | undefined {
    const { component, configuration } = this.#step;
    const [field = ""] = pointerToPath(pointer);
    const written = configuration.merged[field];
    if (typeof written !== "string" || isUnresolved(written)) return undefined;
    const base = component?.spec.paths?.base?.slice(1);
    const folder = base === undefined ? undefined : configuration.merged[base];
    const path = typeof folder === "string" ? posix.join(folder, written) : written;
    if (isUnresolved(path)) return undefined;
    const start = typeof folder === "string" && base !== undefined ? base : field;
    return {
      path: posix.isAbsolute(written) ? written : path,
      from: Object.hasOwn(configuration.own, start) ? "pipeline" : "connections",
    };
  }
}
