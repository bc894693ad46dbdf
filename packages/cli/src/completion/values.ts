/** A word that may stand at the cursor; or `:files`, `:folders`, `:pipelines`, which the shell finds itself. */
export interface Candidate {
  readonly value: string;
  /** One line, or nothing. */
  readonly description: string;
}

/** What only a look at the project can tell. Nothing where it cannot be looked at. */
export interface Lookup {
  runs(): readonly Candidate[];
  /** Steps of the last run. */
  steps(): readonly Candidate[];
  components(): readonly Candidate[];
  /** Names of pipelines that were run. */
  pipelines(): readonly Candidate[];
}

/** By what an argument, or an option's value, is called in the help. */
const SOURCES: Readonly<Record<string, (lookup: Lookup) => readonly Candidate[]>> = {
  run: (lookup) => lookup.runs(),
  step: (lookup) => lookup.steps(),
  component: (lookup) => lookup.components(),
  "pipeline-name": (lookup) => lookup.pipelines(),
  pipeline: shell(":pipelines"),
  pipelines: shell(":pipelines"),
  file: shell(":files"),
  target: shell(":folders"),
  folder: shell(":folders"),
};

/** What a value of this name may be; nothing for names that say too little. */
export function valuesFor(name: string, lookup: Lookup): readonly Candidate[] {
  return SOURCES[name]?.(lookup) ?? [];
}

function shell(value: string): () => readonly Candidate[] {
  return () => [{ value, description: "" }];
}
