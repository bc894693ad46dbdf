import { MODES, type Oml, type OmlMode, type OmlStep, type ParamDeclaration } from "./oml.ts";
import type { InstalledComponent } from "./component.ts";
import type { Path, Source } from "./source.ts";
import type { Finding } from "./finding.ts";

/** A step on its way through the compiler: what has been found out about it so far. */
export interface StepDraft {
  readonly index: number;
  readonly path: Path;
  readonly oml: OmlStep;
  /** Undefined when the component is unknown or cannot run in this mode; that has been reported. */
  readonly component: InstalledComponent | undefined;
  /** The table it publishes; undefined for writers. */
  readonly table: string | undefined;
  /** The step's config as it will run, with parameters and defaults. */
  config: Readonly<Record<string, unknown>>;
  /** Ids of the steps it waits for, in document order. */
  needs: readonly string[];
}

/** Where findings go while checks run. */
export class Report {
  readonly source: Source;
  readonly findings: Finding[] = [];

  constructor(source: Source) {
    this.source = source;
  }

  add(path: Path, code: string, message: string, hint?: string): void {
    this.#push({ code, message, place: this.source.placeOf(path) }, hint);
  }

  addInText(path: Path, offset: number, code: string, message: string, hint?: string): void {
    this.#push({ code, message, place: this.source.placeInText(path, offset) }, hint);
  }

  #push(finding: Finding, hint: string | undefined): void {
    this.findings.push(hint === undefined ? finding : { ...finding, hint });
  }
}

/** The steps whose basic shape is right. The others have been reported; the rest of the file is checked anyway. */
export function readableSteps(oml: unknown): readonly { readonly index: number; readonly step: OmlStep }[] {
  const steps = (oml as Partial<Oml> | null)?.steps;
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: unknown, index) => (isReadable(step) ? [{ index, step }] : []));
}

/** The parameter declarations whose basic shape is right. */
export function readableParams(oml: unknown): Readonly<Record<string, ParamDeclaration>> {
  const params: unknown = (oml as Partial<Oml> | null)?.params;
  if (typeof params !== "object" || params === null || Array.isArray(params)) return {};
  return Object.fromEntries(
    Object.entries(params as Record<string, unknown>).filter(
      (entry): entry is [string, ParamDeclaration] => entry[1] !== null && !Array.isArray(entry[1]),
    ),
  );
}

function isReadable(step: unknown): step is OmlStep {
  if (typeof step !== "object" || step === null) return false;
  const { id, component, mode, needs, config, input } = step as Record<keyof OmlStep, unknown>;
  return (
    typeof id === "string" &&
    typeof component === "string" &&
    Object.hasOwn(MODES, mode as OmlMode) &&
    (needs === undefined || (Array.isArray(needs) && needs.every((need) => typeof need === "string"))) &&
    (input === undefined || typeof input === "string") &&
    (config === undefined || (typeof config === "object" && config !== null && !Array.isArray(config)))
  );
}
