import { inspect } from "node:util";

/** What should be a text, of a driver that may be written in JavaScript. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : inspect(value);
}
