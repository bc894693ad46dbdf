import type { Column } from "@osiris/core";
import type { OmlMode } from "../oml/oml.ts";
import type { StepPolicy } from "../oml/step-policy.ts";

/** What a pipeline does and what it touches, as data: `osiris explain --json`. No field holds a secret. */
export interface Explanation {
  readonly name: string;
  readonly description?: string;
  readonly profile?: string;
  /** The manifest's: what else runs under it is this very thing. */
  readonly fingerprint: string;
  /** Absolute: where relative paths start. */
  readonly base_dir: string;
  /** Step ids. Those of one stage may run at the same time; each waits for steps of earlier stages only. */
  readonly stages: readonly (readonly string[])[];
  /** In the pipeline's order. */
  readonly steps: readonly ExplainedStep[];
  readonly reaches: Reaches;
}

export interface ExplainedStep extends StepPolicy {
  readonly id: string;
  readonly component: string;
  readonly mode: OmlMode;
  /** One sentence in Markdown: config values are code spans. */
  readonly does: string;
  readonly needs: readonly string[];
  readonly reads: readonly ReadTable[];
  /** Writers make none. */
  readonly makes?: MadeTable;
  /** Its query, where the step has one. */
  readonly sql?: string;
  readonly connection?: NamedConnection;
  readonly files: readonly TouchedFile[];
  /** `host:port` without user info and path; variables are named, not filled in. */
  readonly hosts: readonly string[];
  readonly variables: readonly Variable[];
}

export interface ReadTable {
  readonly table: string;
  /** The step that makes it. */
  readonly step: string;
  /** `input`: chosen by the step's `input`. `input_df`: the query's name for its only input. */
  readonly as?: "input" | "input_df";
}

export interface MadeTable {
  readonly table: string;
  /** Absent where only the run will tell. */
  readonly columns?: readonly Column[];
}

export interface NamedConnection {
  /** `@family.alias`; `@family` where its default is not defined here. */
  readonly name: string;
  /** True when the step names no connection and gets its family's default. */
  readonly default: boolean;
  /** False when osiris_connections.yaml, or the lack of it, does not define it here. */
  readonly defined: boolean;
}

export interface TouchedFile {
  readonly use: "read" | "write";
  /** As written in the pipeline. */
  readonly path: string;
  /** From the base directory, or absolute where it is written so. Absent where the environment or a connection decides. */
  readonly location?: string;
}

/** An environment variable that the config names. */
export interface Variable {
  readonly name: string;
  /** True when the component takes what it stands for as a secret. */
  readonly secret: boolean;
  /** True when it has a value here, and not the empty one. */
  readonly set: boolean;
}

/** All that the pipeline touches outside its run folder, each with the steps that do. */
export interface Reaches {
  readonly files: readonly (TouchedFile & BySteps)[];
  readonly hosts: readonly (BySteps & { readonly host: string })[];
  readonly variables: readonly (Variable & BySteps)[];
}

export interface BySteps {
  readonly steps: readonly string[];
}
