/** What asks for more means never. */
const LONGEST_DAYS = 10_000;

const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
];

/** A wait for people, at most half a unit off: `90 seconds`, `15 minutes`. */
export function durationText(ms: number): string {
  if (ms > LONGEST_DAYS * 86_400_000) return `more than ${LONGEST_DAYS} days`;
  const [name, unit] = UNITS.find(([, unit]) => ms >= 2 * unit) ?? ["second", 1000];
  const count = Math.round(ms / unit);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
