import type { JsonSchema } from "@osiris/core";

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The longest that a timer of JavaScript can wait: some 24 days. */
const MAX_MS = 2 ** 31 - 1;

const PATTERN = "^(0*[1-9]\\d{0,8})(ms|s|m|h|d)$";
const FORM = new RegExp(PATTERN);

/** A time as people write it: `500ms`, `30s`, `10m`, `2h`, `1d`. */
export const DURATION_SCHEMA: JsonSchema = { type: "string", pattern: PATTERN };

/** Milliseconds, at most 24 days; undefined when the text has not the form of {@link DURATION_SCHEMA}. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = FORM.exec(text) ?? [];
  if (count === undefined) return undefined;
  return Math.min(Number(count) * UNITS[unit as keyof typeof UNITS], MAX_MS);
}
