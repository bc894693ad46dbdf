import { OsirisError } from "../errors.ts";

const DECIMAL_TEXT = /^(?<sign>[+-]?)(?<whole>\d+)(?:\.(?<fraction>\d+))?$/;

/** Decimal text as the unscaled integer that DuckDB stores: `"-1.5"` at scale 2 is `-150n`. Never rounds. */
export function parseDecimal(text: string, width: number, scale: number): bigint {
  const parts = DECIMAL_TEXT.exec(text)?.groups;
  if (!parts) throw misfit(text, width, scale, "it is not a decimal number");
  const fraction = (parts["fraction"] ?? "").replace(/0+$/, "");
  if (fraction.length > scale) throw misfit(text, width, scale, `it has ${fraction.length} decimals`);
  const digits = `${parts["whole"] ?? ""}${fraction.padEnd(scale, "0")}`.replace(/^0+(?=\d)/, "");
  if (digits.length > width) throw misfit(text, width, scale, `it needs ${digits.length} digits`);
  const unscaled = BigInt(digits);
  return parts["sign"] === "-" ? -unscaled : unscaled;
}

function misfit(text: string, width: number, scale: number, why: string): OsirisError {
  return new OsirisError({
    code: "table.value_misfit",
    category: "data",
    message: `"${text}" does not fit DECIMAL(${width},${scale}): ${why}`,
  });
}
