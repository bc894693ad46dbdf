import { OsirisError, type JsonValue } from "@osiris/core";
import type { CsvDialect } from "../read/dialect.ts";
import { fieldsOf, fieldText } from "../read/fields.ts";
import type { BadRecord, RecordSink } from "../read/record-scanner.ts";

/** Keeps the first records as they stand, and remembers the first bad one. */
export class SampleSink implements RecordSink {
  readonly rows: Readonly<Record<string, JsonValue>>[] = [];
  /** Why the extractor would refuse the file. */
  problem: string | undefined;
  readonly #names: readonly string[];
  readonly #dialect: CsvDialect;
  readonly #wanted: number;

  constructor(names: readonly string[], dialect: CsvDialect, wanted: number) {
    this.#names = names;
    this.#dialect = dialect;
    this.#wanted = wanted;
  }

  good(bytes: Buffer, from: number, to: number): boolean {
    if (this.rows.length < this.#wanted) this.rows.push(this.#row(bytes, from, to));
    return true;
  }

  bad({ line, reason }: BadRecord): void {
    this.problem ??= `line ${line}: ${reason}; on_bad_lines: reject puts such lines aside`;
  }

  unclosed(line: number): never {
    throw new OsirisError({
      code: "csv.malformed",
      category: "data",
      message: `line ${line}: a quote opens a field and nothing closes it`,
    });
  }

  #row(bytes: Buffer, from: number, to: number): Readonly<Record<string, JsonValue>> {
    const fields = fieldsOf(bytes, from, to, this.#dialect);
    return Object.fromEntries(
      this.#names.map((name, index) => {
        const field = fields[index];
        const isNull = field === undefined || field.from === field.to;
        return [name, isNull ? null : fieldText(bytes, field.from, field.to, this.#dialect.quote)];
      }),
    );
  }
}
