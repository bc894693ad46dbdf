import type { CellInput } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import { cellText, JsonText, NumeralText, type JsonCell } from "./json-cell.ts";

const HUGEINT_LIMIT = 2n ** 127n;

/**
 * A JSON value in the form that the table writer takes for a declared type. What does not fit at all is handed on: the
 * writer refuses it, with its row.
 */
export function declaredValue(cell: Exclude<JsonCell, null>, type: string): CellInput {
  switch (type) {
    case "JSON":
      return cellText(cell);
    case "HUGEINT":
      return hugeint(cell);
    case "DOUBLE":
      return typeof cell === "bigint" && BigInt(Number(cell)) === cell ? Number(cell) : scalar(cell, type);
    default:
      return type.startsWith("DECIMAL") ? decimal(cell) : scalar(cell, type);
  }
}

/** The type that a declared column has while rows are staged: what the table writer does not know goes as text. */
export function stagingType(type: string): string {
  return type === "JSON" || type === "HUGEINT" ? "VARCHAR" : type;
}

function scalar(cell: Exclude<JsonCell, null>, type: string): CellInput {
  if (cell instanceof JsonText || cell instanceof NumeralText) throw misfit(cell, type);
  return cell;
}

function hugeint(cell: Exclude<JsonCell, null>): string {
  const whole = typeof cell === "bigint" || (typeof cell === "number" && Number.isSafeInteger(cell));
  if (!whole || cell >= HUGEINT_LIMIT || cell < -HUGEINT_LIMIT) throw misfit(cell, "HUGEINT");
  return String(cell);
}

function decimal(cell: Exclude<JsonCell, null>): CellInput {
  if (typeof cell === "number" || typeof cell === "bigint") return plainDecimal(String(cell));
  return cell instanceof NumeralText ? plainDecimal(cell.text) : scalar(cell, "DECIMAL");
}

/** A numeral without its power of ten: `1.5e-3` as `0.0015`. */
function plainDecimal(numeral: string): string {
  const [mantissa = "", power = "0"] = numeral.toLowerCase().split("e");
  const shift = Number(power);
  // Beyond any DECIMAL, as it stands: the table writer refuses it.
  if (shift === 0 || Math.abs(shift) > 400) return numeral;
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = mantissa.slice(sign.length).split(".");
  const point = whole.length + shift;
  const digits = `${whole}${fraction}`.padStart(whole.length + fraction.length + Math.max(0, 1 - point), "0");
  const before = Math.max(1, point);
  return `${sign}${digits.slice(0, before).padEnd(before, "0")}.${digits.slice(before)}`.replace(/\.$/, "");
}

function misfit(cell: Exclude<JsonCell, null>, type: string): OsirisError {
  const text = cellText(cell);
  return new OsirisError({
    code: "table.value_misfit",
    category: "data",
    message: `${text.length > 60 ? `${text.slice(0, 60)}…` : text} does not fit ${type} exactly`,
  });
}
