import type { Column } from "../contract.ts";

export interface PlanRequest<Config = Readonly<Record<string, unknown>>> {
  /** As {@link StepRequest.config}. */
  readonly config: Config;
  /** The table that the step would write; absent when its columns are not known before the run. */
  readonly input?: PlannedInput;
  /** Aborted when the time is over. */
  readonly signal: AbortSignal;
}

export interface PlannedInput {
  /** As {@link InputTable.table}. */
  readonly table: string;
  readonly columns: readonly Column[];
}

/** What a step would do to its destination if it ran now. */
export interface WritePlan {
  /** In the order in which they would come. None: nothing would change. */
  readonly changes: readonly PlannedChange[];
  /** Why the step would fail before it changed anything. @default it would not, as far as can be told now */
  readonly refused?: readonly PlanRefusal[];
}

/** One change of the destination. */
export interface PlannedChange {
  readonly action: PlannedAction;
  /** What it is done to, in a word: `table`, `file`. */
  readonly kind: string;
  /** Its name, as users know it: `shop.customers`, `/data/out/report.csv`. */
  readonly name: string;
  /** One sentence for people, without secrets and without the values of rows. */
  readonly message: string;
  /** The statement that would do it, where it is one that people can read. */
  readonly sql?: string;
  /** How many rows that are there now would be changed or taken away; exact, or what the destination estimates. */
  readonly rows?: { readonly count: number; readonly exact: boolean };
}

/**
 * `create`: makes what is missing. `alter`: changes its shape, such as its columns. `append`: adds rows. `replace`: puts the rows in the
 * place of all that are there. `upsert`: updates rows by key and adds the others. `delete`: takes rows away, or marks them.
 */
export type PlannedAction = "create" | "alter" | "append" | "replace" | "upsert" | "delete";

export interface PlanRefusal {
  /** What is in the way, in plain words, without secrets. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}
