import type { JsonRow } from "../contract.ts";
import { isOsirisError, OsirisError } from "../errors.ts";
import { cellText, isPlainObject, jsonCell, wellFormed, type JsonCell } from "./json-cell.ts";
import type { JsonKey, JsonKeys } from "./json-keys.ts";

/** What a row holds, key by key. */
export interface RowCells {
  readonly keys: readonly JsonKey[];
  readonly cells: readonly JsonCell[];
  /** The keys are those of the row before, in the same order. */
  readonly sameKeys: boolean;
  /** Members of the row whose keys have no column, as JSON text without braces. */
  readonly extra: string;
}

/** Reads rows one after the other, always into the same memory. */
export class RowReader {
  readonly #table: string;
  readonly #keys: JsonKeys;
  readonly #row: { keys: JsonKey[]; cells: JsonCell[]; sameKeys: boolean; extra: string } = {
    keys: [],
    cells: [],
    sameKeys: false,
    extra: "",
  };

  constructor(table: string, keys: JsonKeys) {
    this.#table = table;
    this.#keys = keys;
  }

  /** The row's content, valid until the next call. `number` counts from 1, for errors. */
  read(row: JsonRow, number: number): RowCells {
    if (!isPlainObject(row)) throw this.#notAnObject(row, number);
    const { keys, cells } = this.#row;
    this.#row.sameKeys = true;
    this.#row.extra = "";
    let count = 0;
    // oxlint-disable-next-line guard-for-in -- a plain object inherits nothing that counts
    for (const key in row) {
      try {
        // Rows of one source mostly have the same keys in the same order: those of the row before still stand there.
        if (keys[count]?.key === key) cells[count++] = jsonCell(row[key]);
        else if (this.#other(key, row[key], count)) count += 1;
      } catch (error) {
        throw this.#misplaced(error, key, number);
      }
    }
    if (count !== keys.length) this.#row.sameKeys = false;
    keys.length = count;
    cells.length = count;
    return this.#row;
  }

  /** Takes a key that the row before did not have in this place; false when it has no column. */
  #other(key: string, value: JsonRow[string], place: number): boolean {
    const cell = jsonCell(value);
    const entry = this.#keys.find(key);
    if (entry !== undefined) {
      this.#row.sameKeys = false;
      this.#row.keys[place] = entry;
      this.#row.cells[place] = cell;
      return true;
    }
    const member = `${JSON.stringify(wellFormed(key))}:${cell === null ? "null" : cellText(cell)}`;
    this.#row.extra += this.#row.extra === "" ? member : `,${member}`;
    return false;
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
