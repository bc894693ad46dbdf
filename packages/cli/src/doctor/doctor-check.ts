import type { Project } from "../project.ts";

/** What a check has to say. */
export interface Finding {
  /** `error`: something does not work. `warning`: it works, and may not for long. */
  readonly status: "ok" | "warning" | "error";
  /** What was found, in plain words, without secrets. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** One thing that `osiris doctor` looks at. To add one is to add a file here and a line to the table. */
export interface DoctorCheck {
  /** For scripts; stable. */
  readonly id: string;
  /** What it finds; nothing where there is nothing to look at. What it throws becomes an error. */
  readonly run: (scope: DoctorScope) => readonly Finding[] | Promise<readonly Finding[]>;
}

/** Where the doctor was called. */
export interface DoctorScope {
  readonly cwd: string;
  /** Where runs are kept; it need not exist. */
  readonly sessions: string;
  /** What is installed and configured. Throws what is wrong with it. */
  readonly project: () => Project;
}
