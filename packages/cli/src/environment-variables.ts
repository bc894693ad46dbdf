/** An environment variable that the command heeds. */
export interface EnvironmentVariable {
  readonly name: string;
  /** What it does, with its default. */
  readonly description: string;
}

/** Those of the command itself; pipelines and connections name variables of their own. */
export const ENVIRONMENT_VARIABLES: readonly EnvironmentVariable[] = [
  {
    name: "OSIRIS_SESSIONS",
    description:
      "The folder where runs are kept; `--sessions-dir` wins over it. Default: `.osiris_sessions`, searched from the working directory upwards, else made there.",
  },
  { name: "NO_COLOR", description: "Set to anything: no colours. Default: colours on a terminal." },
  {
    name: "FORCE_COLOR",
    description: "Set to `1`, `2` or `3`: colours also where there is no terminal. Default: unset.",
  },
  {
    name: "CI",
    description:
      "Set to anything but `0` and `false`: `osiris run` shows plain lines on a terminal, too. Default: unset.",
  },
  { name: "TERM", description: "`dumb`: no colours, and plain lines on a terminal." },
  {
    name: "UV_THREADPOOL_SIZE",
    description:
      "Threads for DuckDB's calls, files and name look-ups. At most half of them, and no more than there are cores, run SQL. Default: 16.",
  },
];
