import { OsirisError, type RejectWriter } from "@osiris/core";
import type { BadRecord, RecordSink } from "./record-scanner.ts";
import type { NamedColumn } from "./table-columns.ts";

const MAX_SHOWN = 200;

/** Counts good records up to a limit; bad ones end the step, or go to its rejects. */
export class CheckSink implements RecordSink {
  readonly #path: string;
  readonly #columns: readonly NamedColumn[];
  readonly #rejects: RejectWriter | undefined;
  #left: number;

  constructor(
    file: { readonly path: string; readonly columns: readonly NamedColumn[] },
    rejects: RejectWriter | undefined,
    limit: number,
  ) {
    this.#path = file.path;
    this.#columns = file.columns;
    this.#rejects = rejects;
    this.#left = limit;
  }

  good(): boolean {
    this.#left -= 1;
    return this.#left > 0;
  }

  bad(record: BadRecord, bytes: Buffer, from: number, to: number): void {
    const { line } = record;
    const reason = this.#reason(record);
    const row = bytes.toString("utf8", from, to);
    if (this.#rejects === undefined) throw badRecord(this.#path, record, reason, row);
    this.#rejects.add({ row, reason, source: this.#path, line });
  }

  unclosed(line: number): never {
    throw new OsirisError({
      code: "csv.malformed",
      category: "data",
      message: `${this.#path}, line ${line}: a quote opens a field and nothing closes it`,
      hint: "Close it, or double it if it is a part of the text. Where the next record begins cannot be told.",
    });
  }

  #reason({ reason, column, value = "" }: BadRecord): string {
    if (column === undefined) return reason;
    return `column "${this.#columns[column]?.name}": ${JSON.stringify(cut(value))} ${reason}`;
  }
}

function badRecord(
  path: string,
  { line, lines, column }: BadRecord,
  reason: string,
  row: string,
): OsirisError {
  const place = lines > 1 ? `lines ${line} to ${line + lines - 1}` : `line ${line}`;
  const shown = column === undefined ? `: ${JSON.stringify(cut(row))}` : "";
  return new OsirisError({
    code: column === undefined ? "csv.malformed" : "csv.value_misfit",
    category: "data",
    message: `${path}, ${place}: ${reason}${shown}`,
    hint:
      column === undefined
        ? "Correct the line, or set on_bad_lines: reject to put such lines aside."
        : "Correct the value, declare a type that holds it (VARCHAR holds any), or set on_bad_lines: reject.",
  });
}

function cut(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
