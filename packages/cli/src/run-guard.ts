import { OsirisError } from "@osiris/core";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Output } from "./output.ts";

export interface RunGuard extends Disposable {
  /** Aborted by the first Ctrl-C or SIGTERM, and by an error that no driver has caught. */
  readonly signal: AbortSignal;
  /** The status that a signal asks for; undefined while nobody has asked to stop. */
  readonly exitCode: ExitCode | undefined;
}

/** Longer than any timer's first wait, and no more than a timer can hold. */
const FOR_EVER_MS = 2 ** 31 - 1;

/**
 * Stands between a run and what can end the process under it: signals (the second ends it at once), errors that a
 * driver throws where nobody awaits, `process.exit` in a driver, and an event loop that runs dry.
 */
export function guardRun(output: Output): RunGuard {
  const controller = new AbortController();
  let exitCode: ExitCode | undefined;
  const stop = (code: ExitCode): void => {
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    output.note("Cancelling the run; once more to end at once.");
    controller.abort();
  };
  const fault = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    controller.abort(
      new OsirisError({
        code: "driver.uncaught",
        category: "internal",
        message: `A driver has thrown an error where nobody awaits it: ${message}`,
        hint: "This is a defect of the driver. Please report it to its author.",
        cause: error,
      }),
    );
  };
  const onExit = (code: number): void => {
    const why =
      exitCode === undefined ? "a driver has called process.exit()" : "a second signal asked for it";
    const message = `The process ended before the run did: ${why}`;
    const category = exitCode === undefined ? "internal" : "cancelled";
    output.errorAtExit(new OsirisError({ code: "run.ended", category, message }));
    process.exitCode = exitCode ?? (code === 0 ? EXIT.failed : code);
  };
  const handlers = {
    SIGINT: () => stop(EXIT.interrupted),
    SIGTERM: () => stop(EXIT.terminated),
    uncaughtException: fault,
    unhandledRejection: fault,
    exit: onExit,
  };
  for (const [name, handler] of Object.entries(handlers)) process.on(name, handler);
  // A driver that waits for something which can never come would let the event loop run dry, and Node would end.
  const alive = setInterval(() => undefined, FOR_EVER_MS);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]() {
      for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
      clearInterval(alive);
    },
  };
}
