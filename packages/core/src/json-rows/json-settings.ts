import type { Column, JsonTableOptions } from "../contract.ts";
import { misuse } from "../run-database/table-checks.ts";

const DEFAULT_MAX_COLUMNS = 1000;

/** A JSON table's options, checked and with their defaults. */
export interface JsonSettings {
  readonly columns: readonly Column[];
  readonly onTypeChange: "widen" | "fail";
  readonly maxColumns: number;
}

/** Drivers may be written in JavaScript. */
export function jsonSettings(options: JsonTableOptions): JsonSettings {
  const { columns = [], maxColumns = DEFAULT_MAX_COLUMNS, onTypeChange = "widen" } = options;
  if (!["widen", "fail"].includes(onTypeChange)) throw misuse(`onTypeChange cannot be "${onTypeChange}"`);
  if (!Number.isSafeInteger(maxColumns) || maxColumns < 1)
    throw misuse("maxColumns is not a whole number from 1");
  const upperCase = columns.map(({ name, type }) => ({ name, type: type.toUpperCase() }));
  return { columns: upperCase, onTypeChange, maxColumns };
}
