import { OsirisError } from "@osiris/core";
import type { CountedType } from "../ordered-value.ts";

const UNIT_MS: Readonly<Record<string, bigint>> = {
  ms: 1n,
  s: 1000n,
  m: 60_000n,
  h: 3_600_000n,
  d: 86_400_000n,
};

/** How far to look back, in what `countOf` counts. Of a date whole days. @throws OsirisError `mysql.lookback_misfit` */
export function lookbackOf(lookback: number | string, type: CountedType, typeName: string): bigint {
  const [, digits = "0", unit = ""] = /^(\d+)([a-z]*)$/.exec(String(lookback)) ?? [];
  const amount = BigInt(digits);
  if (amount === 0n) return 0n;
  const isNumber = type.kind === "integer" || type.kind === "decimal";
  if (isNumber !== (unit === "")) throw misfit(lookback, typeName, isNumber);
  if (isNumber) return amount * 10n ** BigInt(type.decimals);
  const ms = amount * (UNIT_MS[unit] ?? 1n);
  return type.kind === "date" ? (ms + DAY_MS - 1n) / DAY_MS : ms * 1000n;
}

const DAY_MS = 86_400_000n;

function misfit(lookback: number | string, typeName: string, isNumber: boolean): OsirisError {
  return new OsirisError({
    code: "mysql.lookback_misfit",
    category: "usage",
    message: `cursor.lookback is ${lookback}, and cursor.column has the type ${typeName}`,
    hint: isNumber ? "Give a number, in the column's own unit." : "Give a time, such as 15m.",
  });
}
