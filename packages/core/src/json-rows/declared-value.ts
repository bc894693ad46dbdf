import type { CellInput } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import { cellText, JsonText, NumeralText, type JsonCell } from "./json-cell.ts";
import { plainNumeral } from "./numerals.ts";

/**
 * A JSON value in the form that the table writer takes for a declared type. What does not fit at all is handed on: the
 * writer refuses it, with its row.
 */
export function declaredValue(cell: Exclude<JsonCell, null>, type: string): CellInput {
  switch (type) {
    case "JSON":
      return cellText(cell);
    case "DOUBLE":
      return typeof cell === "bigint" && BigInt(Number(cell)) === cell ? Number(cell) : scalar(cell, type);
    case "INTERVAL":
      return cell instanceof JsonText ? interval(cell.text) : scalar(cell, type);
    default:
      if (type.endsWith("]") && cell instanceof JsonText) return parsed(cell.text);
      return type.startsWith("DECIMAL") ? decimal(cell) : scalar(cell, type);
  }
}

/** The three parts of an interval: small microseconds have become a number on the way. */
function interval(text: string): CellInput {
  const value = parsed(text) as { readonly micros?: CellInput };
  return typeof value.micros === "number" ? { ...value, micros: BigInt(value.micros) } : value;
}

/** Arrays and objects as the table writer takes them: long whole numbers as bigints. */
function parsed(text: string): CellInput {
  type Reviver = (key: string, value: CellInput, context: { readonly source: string }) => CellInput;
  const exact: Reviver = (_key, value, { source }) =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
      ? BigInt(source)
      : value;
  return JSON.parse(text, exact as Parameters<typeof JSON.parse>[1]) as CellInput;
}

function scalar(cell: Exclude<JsonCell, null>, type: string): CellInput {
  if (cell instanceof JsonText || cell instanceof NumeralText) throw misfit(cell, type);
  return cell;
}

function decimal(cell: Exclude<JsonCell, null>): CellInput {
  if (typeof cell === "number" || typeof cell === "bigint") return plainNumeral(String(cell));
  return cell instanceof NumeralText ? cell.text : scalar(cell, "DECIMAL");
}

function misfit(cell: Exclude<JsonCell, null>, type: string): OsirisError {
  const text = cellText(cell);
  return new OsirisError({
    code: "table.value_misfit",
    category: "data",
    message: `${text.length > 60 ? `${text.slice(0, 60)}…` : text} does not fit ${type} exactly`,
  });
}
