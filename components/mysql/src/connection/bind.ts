import mysql2, { type TypedParameterValue } from "mysql2";
import type { SqlValue } from "./session.ts";

// mysql2 defines it by a getter, and Node sees no named export in that.
const { TypedParameter } = mysql2;

const LARGEST_SIGNED = 2n ** 63n - 1n;
const LARGEST_UNSIGNED = 2n ** 64n - 1n;

/** A value as mysql2 binds it. A whole number stays one: mysql2 would make a DOUBLE of it, which servers refuse in LIMIT. */
export function bindable(value: SqlValue): TypedParameterValue | string | number | null {
  if (typeof value === "bigint") return wholeNumber(value);
  return typeof value === "number" && Number.isSafeInteger(value) ? TypedParameter.BIGINT(value) : value;
}

function wholeNumber(value: bigint): TypedParameterValue | string {
  if (value < -LARGEST_SIGNED - 1n || value > LARGEST_UNSIGNED) return String(value);
  return value > LARGEST_SIGNED ? TypedParameter.BIGINT.unsigned(value) : TypedParameter.BIGINT(value);
}
