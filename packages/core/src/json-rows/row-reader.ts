import type { JsonRow } from "../contract.ts";
import { isOsirisError, OsirisError } from "../errors.ts";
import { cellText, isPlainObject, jsonCell, wellFormed, type JsonCell } from "./json-cell.ts";
import type { JsonKey, JsonKeys } from "./json-keys.ts";

/** What a row holds besides null. */
export interface RowCells {
  readonly keys: readonly JsonKey[];
  readonly cells: readonly Exclude<JsonCell, null>[];
  /** Members of the row whose keys have no column, as JSON text without braces. */
  readonly extra: string;
}

/** Reads rows one after the other, always into the same memory. */
export class RowReader {
  readonly #table: string;
  readonly #keys: JsonKeys;
  /** The keys of the row before: rows of one source mostly have the same, in the same order. */
  readonly #before: (JsonKey | undefined)[] = [];
  readonly #row: { keys: JsonKey[]; cells: Exclude<JsonCell, null>[]; extra: string } = {
    keys: [],
    cells: [],
    extra: "",
  };

  constructor(table: string, keys: JsonKeys) {
    this.#table = table;
    this.#keys = keys;
  }

  /** The row's content, valid until the next call. `number` counts from 1, for errors. */
  read(row: JsonRow, number: number): RowCells {
    this.#row.keys.length = 0;
    this.#row.cells.length = 0;
    this.#row.extra = "";
    if (!isPlainObject(row)) throw this.#notAnObject(row, number);
    let position = 0;
    // oxlint-disable-next-line guard-for-in -- a plain object inherits nothing that counts
    for (const key in row) {
      try {
        this.#member(key, row[key], position++);
      } catch (error) {
        throw this.#misplaced(error, key, number);
      }
    }
    return this.#row;
  }

  #member(key: string, value: JsonRow[string], position: number): void {
    let entry = this.#before[position];
    if (entry === undefined || entry.key !== key) {
      entry = this.#keys.find(key);
      this.#before[position] = entry;
    }
    const cell = jsonCell(value);
    if (entry === undefined) {
      const member = `${JSON.stringify(wellFormed(key))}:${cell === null ? "null" : cellText(cell)}`;
      this.#row.extra += this.#row.extra === "" ? member : `,${member}`;
    } else if (cell !== null) {
      this.#row.keys.push(entry);
      this.#row.cells.push(cell);
    }
  }

  #notAnObject(row: unknown, number: number): OsirisError {
    const what = Array.isArray(row)
      ? "an array"
      : row === null
        ? "null"
        : typeof row === "object"
          ? "an object of a class"
          : `a ${typeof row}`;
    return new OsirisError({
      code: "table.not_json",
      category: "data",
      message: `Table "${this.#table}", row ${number}: a row is a plain object; this is ${what}`,
    });
  }

  #misplaced(error: unknown, key: string, number: number): unknown {
    if (!isOsirisError(error)) return error;
    const { code, category, hint } = error;
    const shown = JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key);
    return new OsirisError({
      code,
      category,
      message: `Table "${this.#table}", row ${number}, ${shown}: ${error.message}`,
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
