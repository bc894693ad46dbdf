import { InvalidArgumentError } from "commander";

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * Milliseconds of a time as people write it: `30s`, `15m`, `12h`, `7d`, `2w`.
 * @throws InvalidArgumentError
 */
export function duration(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? [];
  const ms = Number(count) * UNITS[unit as keyof typeof UNITS];
  if (Number.isFinite(ms)) return ms;
  throw new InvalidArgumentError("it must be a time such as 30s, 15m, 12h, 7d or 2w.");
}
