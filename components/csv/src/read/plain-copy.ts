import { open, type FileHandle } from "node:fs/promises";
import type { CsvDialect } from "./dialect.ts";
import { LF, QUOTE } from "./bytes.ts";
import { fieldsOf, fieldText } from "./fields.ts";
import type { BadRecord, RecordSink } from "./record-scanner.ts";

const FIRST_BYTES = 4 * 1024 * 1024;

/**
 * Writes good records so that DuckDB reads them as they are meant: UTF-8, no header, lines that end in LF, and each
 * field with a quote in it in quotes.
 */
export class PlainCopy implements RecordSink {
  readonly #file: FileHandle;
  readonly #dialect: CsvDialect;
  readonly #width: number;
  #left: number;
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #end = 0;

  private constructor(file: FileHandle, dialect: CsvDialect, width: number, limit: number) {
    this.#file = file;
    this.#dialect = dialect;
    this.#width = width;
    this.#left = limit;
  }

  static async create(path: string, dialect: CsvDialect, width: number, limit: number): Promise<PlainCopy> {
    return new PlainCopy(await open(path, "wx"), dialect, width, limit);
  }

  good(bytes: Buffer, from: number, to: number): boolean {
    if (from === to && this.#width > 1) this.#write(Buffer.alloc(this.#width - 1, this.#dialect.delimiter));
    else if (this.#hasQuotes(bytes, from, to)) this.#write(this.#rewritten(bytes, from, to));
    else this.#write(bytes.subarray(from, to));
    this.#write(NEWLINE);
    this.#left -= 1;
    return this.#left > 0;
  }

  /** Reported when the file was checked. */
  bad(_record: BadRecord): void {}

  unclosed(): never {
    throw new Error("a file with an unclosed quote does not pass the check");
  }

  /** Writes what has gathered. */
  async flush(): Promise<void> {
    await this.#file.writeFile(this.#bytes.subarray(0, this.#end));
    this.#end = 0;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #hasQuotes(bytes: Buffer, from: number, to: number): boolean {
    const { quote } = this.#dialect;
    for (let at = from; at < to; at++) if (bytes[at] === QUOTE || bytes[at] === quote) return true;
    return false;
  }

  #rewritten(bytes: Buffer, from: number, to: number): Buffer {
    const { quote, delimiter } = this.#dialect;
    const fields = fieldsOf(bytes, from, to, this.#dialect).map((field) => {
      const text = fieldText(bytes, field.from, field.to, quote);
      const isQuoted = field.from < field.to && bytes[field.from] === quote;
      return isQuoted || text.includes('"') ? `"${text.replaceAll('"', '""')}"` : text;
    });
    return Buffer.from(fields.join(String.fromCharCode(delimiter)));
  }

  #write(bytes: Uint8Array): void {
    const end = this.#end + bytes.length;
    if (end > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(end, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#end);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#end);
    this.#end = end;
  }
}

const NEWLINE = Uint8Array.of(LF);
