import { inspect } from "node:util";
import { isOsirisError, OsirisError } from "@osiris/core";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";
import type { Redactor } from "../run/redactor.ts";

/** Why a connection cannot be used, without its secrets. */
export interface ConnectionError {
  readonly code: string;
  readonly category: string;
  readonly message: string;
  readonly hint?: string;
}

/** Who is asked, and how long. */
export interface Question {
  readonly component: DiscoveredComponent;
  /** What is called, for messages: `check`, `discover`. */
  readonly method: string;
  readonly timeoutMs: number;
}

/**
 * Calls a driver's function for at most so long. One that does not heed its signal is left behind.
 * @throws OsirisError whatever the function throws
 */
export async function askDriver<Answer>(
  { component, method, timeoutMs }: Question,
  call: (signal: AbortSignal) => Promise<Answer> | undefined,
): Promise<Answer | undefined> {
  const controller = new AbortController();
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    // First, so that it wins over what the driver makes of the signal.
    timeout.reject(tookTooLong(component, timeoutMs));
    controller.abort();
  }, timeoutMs);
  try {
    return await Promise.race([call(controller.signal), timeout.promise]);
  } catch (error) {
    throw isOsirisError(error) ? error : defect(component, `its ${method}() failed: ${reason(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * What a driver has answered, as plain JSON.
 * @throws OsirisError `driver.broken` when it is none
 */
export function asJson(answer: unknown, { component, method }: Omit<Question, "timeoutMs">): unknown {
  try {
    return JSON.parse(JSON.stringify(answer) ?? "null");
  } catch (error) {
    throw defect(component, `its ${method}() gives what is no JSON: ${reason(error)}`);
  }
}

/** A defect of a driver, for its author. */
export function defect({ spec, package: name }: DiscoveredComponent, what: string): OsirisError {
  return new OsirisError({
    code: "driver.broken",
    category: "internal",
    message: `The driver of ${spec.name} is at fault: ${what}`,
    hint: `Please report it to the author of ${name}.`,
  });
}

/** What users may see of an error. */
export function connectionError(error: OsirisError, redactor: Redactor): ConnectionError {
  const { code, category, message, hint } = error;
  return redactor.value({ code, category, message, ...(hint === undefined ? {} : { hint }) });
}

function tookTooLong({ spec }: DiscoveredComponent, timeoutMs: number): OsirisError {
  return new OsirisError({
    code: "connection.timeout",
    category: "external",
    message: `${spec.name} had no answer after ${timeoutMs / 1000} s`,
    hint: "Is the address right, and does a firewall let you through? --timeout gives it longer.",
    retryable: true,
  });
}

function reason(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === "string" ? error : inspect(error);
}
