import { JsonNumeral, OsirisError, type JsonInput } from "@osiris/core";
import { parseJson } from "@osiris/http";
import { compareDecimals, decimalOf, decimalText, subtract, type Decimal } from "./decimal.ts";
import { earlier, momentOf, type Moment } from "./moment.ts";

/** A value of the field that grows, in a form that can be compared exactly. */
export interface Position {
  /** As the API sent it. */
  readonly value: JsonInput;
  readonly kind: "number" | Moment["kind"];
  /** The number, or seconds. */
  readonly at: Decimal;
  readonly moment: Moment | undefined;
}

/** How far before the newest row the next run begins. */
export type Lookback =
  | { readonly kind: "none" }
  | { readonly kind: "seconds"; readonly seconds: bigint }
  | { readonly kind: "amount"; readonly amount: Decimal };

/** undefined for what is neither a number nor a date nor a timestamp. Digits in a text are a number. */
export function positionOf(value: JsonInput): Position | undefined {
  const text = numeralOf(value) ?? (typeof value === "string" ? value : undefined);
  if (text === undefined) return undefined;
  const number = decimalOf(text);
  if (number !== undefined) return { value, kind: "number", at: number, moment: undefined };
  const moment = typeof value === "string" ? momentOf(value) : undefined;
  return moment === undefined ? undefined : { value, kind: moment.kind, at: moment.seconds, moment };
}

/** Below 0, 0, above 0: as a is to b. @throws OsirisError `graphql.mixed_positions` when they cannot be compared */
export function comparePositions(a: Position, b: Position, field: string): number {
  if (a.kind === b.kind) return compareDecimals(a.at, b.at);
  throw new OsirisError({
    code: "graphql.mixed_positions",
    category: "data",
    message: `The values of "${field}" cannot be compared: ${shown(a)} is ${KINDS[a.kind]}, ${shown(b)} is ${KINDS[b.kind]}`,
    hint: "One of them may come from the last run: then forget it with osiris state reset.",
  });
}

const KINDS = {
  number: "a number",
  date: "a date",
  local: "a timestamp without a zone",
  instant: "a timestamp with a zone",
} as const;

const UNITS: Readonly<Record<string, bigint>> = { s: 1n, m: 60n, h: 3600n, d: 86_400n };

/** `15m`, or a number where the field is one. */
export function lookbackOf(lookback: string | number): Lookback {
  if (typeof lookback === "number") {
    const amount = decimalOf(String(lookback));
    return amount === undefined || amount.digits === 0n ? { kind: "none" } : { kind: "amount", amount };
  }
  const seconds = BigInt(lookback.slice(0, -1)) * (UNITS[lookback.slice(-1)] ?? 1n);
  return seconds === 0n ? { kind: "none" } : { kind: "seconds", seconds };
}

/** Where the next run begins, in the form of the newest value. @throws OsirisError `graphql.lookback_misfit` */
export function lookBack(newest: Position, lookback: Lookback): JsonInput {
  if (lookback.kind === "none") return newest.value;
  assertFits(newest, lookback);
  if (newest.moment === undefined || lookback.kind === "amount") {
    const text = decimalText(threshold(newest, lookback));
    return typeof newest.value === "string" ? text : parseJson(text);
  }
  const text = earlier(newest.moment, lookback.seconds);
  if (text !== undefined) return text;
  throw misfit(newest, "goes back to before the year 0");
}

/** The least that a row may have to be within the lookback. @throws OsirisError `graphql.lookback_misfit` */
export function threshold(newest: Position, lookback: Lookback): Decimal {
  if (lookback.kind === "none") return newest.at;
  assertFits(newest, lookback);
  if (lookback.kind === "amount") return subtract(newest.at, lookback.amount);
  return subtract(newest.at, { digits: lookback.seconds, scale: 0 });
}

function assertFits(newest: Position, lookback: Lookback): void {
  if (newest.kind === "number" && lookback.kind === "seconds") {
    throw misfit(newest, "is a time, and the field is a number: give a number in the field's own unit");
  }
  if (newest.kind !== "number" && lookback.kind === "amount") {
    throw misfit(newest, "is a number, and the field is a time: give one such as 15m");
  }
}

function misfit(newest: Position, why: string): OsirisError {
  return new OsirisError({
    code: "graphql.lookback_misfit",
    category: "usage",
    message: `incremental.lookback ${why} (the newest row has ${shown(newest)})`,
  });
}

function numeralOf(value: JsonInput): string | undefined {
  if (value instanceof JsonNumeral) return value.numeral;
  return typeof value === "number" || typeof value === "bigint" ? String(value) : undefined;
}

function shown({ value }: Position): string {
  return JSON.stringify(value).slice(0, 60);
}
