import nb from "@duckdb/node-bindings";
import { INLINE_BYTES, STRING_BYTES, STRING_WORDS } from "../formats/string-layout.ts";
import { grown, VECTOR_ROWS, type ColumnBuffer, type Tally, type Value } from "./column-buffer.ts";
import { Validity } from "./validity.ts";

/**
 * A column of text. Short ASCII, which is most text there is, is laid out as DuckDB has it and goes over in one copy for
 * all rows; anything else crosses into the native library string by string.
 */
export class TextBuffer implements ColumnBuffer {
  readonly #check: (value: Value) => string;
  readonly #tally: Tally;
  readonly #validity = new Validity();
  #inline = new Uint8Array(VECTOR_ROWS * STRING_BYTES);
  #words = new Uint32Array(this.#inline.buffer);
  /** What is not in line, and the rows where it belongs. */
  readonly #texts: string[] = [];
  readonly #rows: number[] = [];

  /** `check` returns a value that is text of the column's type, or throws a Misfit. */
  constructor(check: (value: Value) => string, tally: Tally) {
    this.#check = check;
    this.#tally = tally;
  }

  set(row: number, value: Value): void {
    const text = this.#check(value);
    if (text.length <= INLINE_BYTES && this.#setInline(row, text)) return;
    this.#texts.push(text);
    this.#rows.push(row);
    this.#tally.bytes += text.length;
  }

  /** False when the text is not ASCII. */
  #setInline(row: number, text: string): boolean {
    const { length } = text;
    this.#setLength(row, length);
    const start = row * STRING_BYTES + 4;
    for (let at = 0; at < length; at++) {
      const code = text.charCodeAt(at);
      if (code > 127) return false;
      this.#inline[start + at] = code;
    }
    return true;
  }

  setNull(row: number): void {
    this.#validity.setNull(row);
    this.#setLength(row, 0);
  }

  /** DuckDB compares the bytes behind the end of a short text too, so they have to be zero. */
  #setLength(row: number, length: number): void {
    // One by one: for four words `fill` takes several times as long.
    const word = row * STRING_WORDS;
    this.#words[word] = length;
    this.#words[word + 1] = 0;
    this.#words[word + 2] = 0;
    this.#words[word + 3] = 0;
  }

  reserve(rows: number): void {
    this.#validity.reserve(rows);
    if (rows * STRING_BYTES <= this.#inline.length) return;
    const inline = new Uint8Array(grown(this.#inline.length / STRING_BYTES, rows) * STRING_BYTES);
    inline.set(this.#inline);
    this.#inline = inline;
    this.#words = new Uint32Array(inline.buffer);
  }

  identity(row: number): string {
    if (this.#validity.isNull(row)) return "NULL";
    const far = this.#rows.lastIndexOf(row);
    if (far !== -1) return JSON.stringify(this.#texts[far]);
    const start = row * STRING_BYTES + 4;
    const length = this.#words[row * STRING_WORDS] as number;
    return JSON.stringify(Buffer.from(this.#inline.buffer, start, length).toString("latin1"));
  }

  flush(vector: nb.Vector, rows: number): void {
    if (rows > 0) nb.copy_data_to_vector(vector, 0, this.#inline.buffer, 0, rows * STRING_BYTES);
    for (let index = 0; index < this.#rows.length; index++) {
      nb.vector_assign_string_element(vector, this.#rows[index] as number, this.#texts[index] as string);
    }
    this.#validity.flush(vector, rows);
    this.#texts.length = 0;
    this.#rows.length = 0;
  }
}
