import { OsirisError } from "@osiris/core";
import { Redactor } from "@osiris/runtime";
import { EXIT } from "./exit-code.ts";
import type { Output } from "./output.ts";

/**
 * Stands between a command that lets drivers check something and what they can do to the process: `process.exit` while
 * they are loaded must not look like success, and an error that nobody awaits must not look like a defect of ours.
 * @param redactor takes secrets out of what such an error says
 */
export function guardCheck(output: Output, redactor: Redactor = new Redactor()): Disposable {
  const end = (message: string, cause?: unknown): void => {
    process.off("exit", onExit);
    const code = "driver.ended_process";
    output.errorAtExit(new OsirisError({ code, category: "usage", message: redactor.text(message), cause }));
    process.exit(EXIT.usage);
  };
  const onExit = (): void => end("A driver has called process.exit() while it was checked");
  const onFault = (error: unknown): void => {
    const why = error instanceof Error ? error.message : String(error);
    end(`A driver has thrown an error where nobody awaits it: ${why}`, error);
  };
  process.on("exit", onExit);
  process.on("uncaughtException", onFault);
  process.on("unhandledRejection", onFault);
  return {
    [Symbol.dispose]() {
      process.off("exit", onExit);
      process.off("uncaughtException", onFault);
      process.off("unhandledRejection", onFault);
    },
  };
}
