import { formatClock, parseClock, parseZone, zoneStart } from "./temporal.ts";
import { pad } from "./digits.ts";
import { Misfit } from "./misfit.ts";

/** DuckDB keeps the microseconds in the upper 40 bits and, below, the zone counted down from this: +15:59:59. */
const EASTMOST = 57_599;

/** `hh:mm:ss[.ffffff]±hh[:mm[:ss]]` as the 64 bits that DuckDB stores for TIME WITH TIME ZONE. */
export function parseTimeWithZone(text: string): bigint {
  const zone = zoneStart(text, 0);
  const micros = parseClock(text, 0, zone, 6);
  const offset = parseZone(text, zone);
  if (Number.isNaN(micros + offset)) {
    throw new Misfit(
      text,
      "TIME WITH TIME ZONE",
      "hh:mm:ss with at most 6 decimals and a zone (Z or ±hh:mm)",
    );
  }
  return (BigInt(micros) << 24n) | BigInt(EASTMOST - offset);
}

export function formatTimeWithZone(bits: bigint): string {
  const offset = EASTMOST - Number(bits & 0xff_ffffn);
  const seconds = Math.abs(offset);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop();
  const zone = `${offset < 0 ? "-" : "+"}${parts.map((part) => pad(part, 2)).join(":")}`;
  return `${formatClock(Number(bits >> 24n), 6)}${zone}`;
}
