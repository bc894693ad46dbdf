import type { ExitCode } from "../exit-code.ts";

/** Takes the exit status of the command that ran. */
export type Done = (code: ExitCode) => void;
