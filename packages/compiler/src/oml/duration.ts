import type { JsonSchema } from "@osiris/core";

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const PATTERN = "^(0*[1-9]\\d{0,8})(ms|s|m|h|d|w)$";
const FORM = new RegExp(PATTERN);

/** A time as people write it: `500ms`, `30s`, `10m`, `2h`, `7d`, `2w`. */
export const DURATION_SCHEMA: JsonSchema = {
  type: "string",
  pattern: PATTERN,
  examples: ["500ms", "30s", "10m", "2h"],
};

/** Milliseconds; undefined when the text has not the form of {@link DURATION_SCHEMA}. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = FORM.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * UNITS[unit as keyof typeof UNITS];
}
