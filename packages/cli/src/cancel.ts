import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

export interface Cancellation extends Disposable {
  readonly signal: AbortSignal;
  /** The status to end with; undefined while nobody has asked to stop. */
  readonly exitCode: ExitCode | undefined;
}

/** The first Ctrl-C or SIGTERM cancels the run, the second ends the process at once. */
export function cancelOnSignal(output: Output): Cancellation {
  const controller = new AbortController();
  let exitCode: ExitCode | undefined;
  const stop = (code: ExitCode): void => {
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    output.note("Cancelling the run; once more to end at once.");
    controller.abort();
  };
  const onInterrupt = (): void => stop(EXIT.interrupted);
  const onTerminate = (): void => stop(EXIT.terminated);
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]() {
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onTerminate);
    },
  };
}
