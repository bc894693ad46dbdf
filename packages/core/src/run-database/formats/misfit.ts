import { OsirisError } from "../../errors.ts";

const SHOWN = 60;

/**
 * A value that a column's type does not hold exactly. `path` is where it stands inside a nested value, such as
 * `[2].name`; the table writer adds table, row and column.
 */
export class Misfit extends Error {
  path = "";
  /** The place of its row among those that were given together, from 0. */
  row = 0;

  constructor(value: unknown, type: string, expected: string) {
    super(`${show(value)} does not fit ${type}: expected ${expected}`);
  }

  /** The same, seen from the value that holds it. */
  within(step: string): this {
    this.path = step + this.path;
    return this;
  }

  atRow(row: number): this {
    this.row = row;
    return this;
  }
}

function show(value: unknown): string {
  if (typeof value === "string") return `string ${JSON.stringify(cut(value))}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null)
    return `an object (${Object.getPrototypeOf(value)?.constructor?.name ?? "record"})`;
  return `${typeof value} ${Object.is(value, -0) ? "-0" : cut(String(value))}`;
}

function cut(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** A type that has no exact form in JavaScript, or that the client library cannot read or fill. */
export function unsupportedType(column: string, type: string): OsirisError {
  return new OsirisError({
    code: "table.unsupported_type",
    category: "data",
    message: `Column "${column}": values of type ${type} have no exact form in JavaScript`,
    hint: "Cast the column in SQL, to VARCHAR for example.",
  });
}
