import { isJsonNumeral, OsirisError, type JsonInput } from "@osiris/core";

const SHOWN = 60;

/** A value that its column does not hold exactly. The table adds its name and the row. */
export class Misfit extends Error {
  readonly column: string;

  constructor(column: string, value: JsonInput, expected: string) {
    super(`${shown(value)} is not ${expected}`);
    this.column = column;
  }
}

export function misfitError(misfit: Misfit, table: string, row: number): OsirisError {
  return new OsirisError({
    code: "graphql.value_misfit",
    category: "data",
    message: `Table "${table}", row ${row}, column "${misfit.column}": ${misfit.message}`,
    hint: "Declare in dtype what all values of the column fit: VARCHAR takes any scalar, JSON anything. Where the type is the schema's, the server does not keep to its schema.",
    cause: misfit,
  });
}

function shown(value: JsonInput): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== "object" || value === null) return cut(JSON.stringify(value));
  return isJsonNumeral(value) ? cut(value.numeral) : "an object";
}

function cut(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
