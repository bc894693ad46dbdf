import { CR, LF } from "./bytes.ts";
import type { ColumnScan } from "./column-scan.ts";
import type { CsvDialect } from "./dialect.ts";
import { fieldText } from "./fields.ts";
import { endOfValue, FORM, type Digits } from "./value-forms.ts";

/** A record that cannot be taken. */
export interface BadRecord {
  /** Its first line in the file, from 1. */
  readonly line: number;
  /** How many lines it has. */
  readonly lines: number;
  readonly reason: string;
  /** Where a value is to blame: the column's index in the file, and the value. */
  readonly column?: number;
  readonly value?: string;
}

/** Who is told of the records. The bytes are valid during the call. */
export interface RecordSink {
  /** @returns whether to go on */
  good(bytes: Buffer, from: number, to: number): boolean;
  /** Throws, or keeps the record aside. */
  bad(record: BadRecord, bytes: Buffer, from: number, to: number): void;
  /** A quote opens at `line` and nothing closes it: where the next record begins cannot be told. */
  unclosed(line: number): never;
}

/** What DuckDB's reader would refuse, or read in another way than it stands there. */
export interface Oddities {
  /** Quotes inside fields that do not begin with one. */
  strayQuotes: boolean;
  /** Lines to be left out that DuckDB would read. */
  skippedLines: boolean;
  /** Lines to be read that DuckDB would leave out. */
  blankRecords: boolean;
}

/** How many lines end how. Two ways in one file confuse DuckDB. */
export interface LineEnds {
  lf: number;
  crlf: number;
  cr: number;
}

/** The record is not there as a whole yet. */
const INCOMPLETE = -1;

/**
 * Splits CSV into records and looks at each value on the way: one pass over the bytes, without making texts. Stricter
 * than DuckDB's reader, which guesses where it cannot be sure: what this one takes, that one reads in the same way.
 */
export class RecordScanner {
  readonly oddities: Oddities = { strayQuotes: false, skippedLines: false, blankRecords: false };
  readonly lineEnds: LineEnds = { lf: 0, crlf: 0, cr: 0 };
  /** Good ones. */
  records = 0;
  bad = 0;
  /** Bytes of the longest record. */
  longest = 0;
  /** The sink wants no more. */
  done = false;
  #line: number;
  readonly #dialect: CsvDialect;
  readonly #columns: ColumnScan;
  readonly #sink: RecordSink;
  readonly #digits: Digits = { whole: 0, fraction: 0 };
  /** Of the record that is being read. */
  #lines = 1;
  #problem: Omit<BadRecord, "line" | "lines"> | undefined;

  /**
   * @param columns of the file; with none, a record may have any number of fields
   * @param line the number of the first line that {@link scan} will see
   */
  constructor(dialect: CsvDialect, columns: ColumnScan, sink: RecordSink, line: number) {
    this.#dialect = dialect;
    this.#columns = columns;
    this.#sink = sink;
    this.#line = line;
  }

  /**
   * Reads the records in `bytes[0, end)`. Two bytes behind `end` must be there to be overwritten.
   * @param last whether nothing follows
   * @returns where the first record begins that is not there as a whole
   */
  scan(bytes: Buffer, end: number, last: boolean): number {
    // Loops that look for the end of a line or for a quote find it here, and need not count.
    bytes[end] = LF;
    bytes[end + 1] = this.#dialect.quote;
    let at = 0;
    while (at < end && !this.done) {
      const next = this.#lineOrRecord(bytes, at, end, last);
      if (next === INCOMPLETE) {
        this.#columns.forget();
        break;
      }
      at = next;
      this.#line += this.#lines;
    }
    return at;
  }

  /** The line that comes next. */
  get line(): number {
    return this.#line;
  }

  /** @returns where the second line of `bytes` begins; -1 when the first does not end here */
  skipLine(bytes: Buffer, end: number, last: boolean): number {
    bytes[end] = LF;
    return this.#endOfRecord(bytes, endOfLine(bytes, 0), end, last);
  }

  /** A record, or a line that is none. @returns where the next one begins */
  #lineOrRecord(bytes: Buffer, at: number, end: number, last: boolean): number {
    this.#lines = 1;
    this.#problem = undefined;
    const first = bytes[at] as number;
    const width = this.#columns.forms.length;
    if (first === this.#dialect.comment) {
      this.oddities.skippedLines = true;
      return this.#endOfRecord(bytes, endOfLine(bytes, at), end, last);
    }
    if (first === LF || first === CR) {
      const skip = this.#dialect.skipBlankLines ?? width !== 1;
      if (skip || width !== 1) return this.#blankLine(bytes, at, end, last, skip);
    }
    const to = this.#fields(bytes, at, end, last);
    if (to === INCOMPLETE) return INCOMPLETE;
    const next = this.#endOfRecord(bytes, to, end, last);
    if (next !== INCOMPLETE) this.#tell(bytes, at, to);
    return next;
  }

  #blankLine(bytes: Buffer, at: number, end: number, last: boolean, skip: boolean): number {
    const next = this.#endOfRecord(bytes, at, end, last);
    if (next === INCOMPLETE) return INCOMPLETE;
    if (skip) this.oddities.skippedLines ||= this.#columns.forms.length === 1;
    else {
      this.oddities.blankRecords = true;
      this.#tell(bytes, at, at);
    }
    return next;
  }

  #tell(bytes: Buffer, from: number, to: number): void {
    const problem = this.#problem;
    if (problem === undefined) {
      this.#columns.keep();
      this.records += 1;
      if (to - from > this.longest) this.longest = to - from;
      this.done = !this.#sink.good(bytes, from, to);
    } else {
      this.#columns.forget();
      this.bad += 1;
      this.#sink.bad({ line: this.#line, lines: this.#lines, ...problem }, bytes, from, to);
    }
  }

  /** Reads the fields of a record. @returns where its line ends */
  #fields(bytes: Buffer, from: number, end: number, last: boolean): number {
    const { delimiter, quote } = this.#dialect;
    const { forms } = this.#columns;
    let column = 0;
    let at = from;
    for (;;) {
      const to = this.#easyField(bytes, at, forms[column] ?? FORM.any, column);
      if (to !== -1) at = to;
      else if (bytes[at] === quote) at = this.#quoted(bytes, at, column, end, last);
      else at = this.#plain(bytes, at, column, end, last);
      if (at === INCOMPLETE) return INCOMPLETE;
      if (bytes[at] !== delimiter) break;
      column += 1;
      at += 1;
    }
    const width = forms.length;
    if (width > 0 && column + 1 !== width && this.#problem?.reason !== MISQUOTED) {
      this.#problem = { reason: `has ${counted(column + 1, "field")}, the header has ${width}` };
    }
    return at;
  }

  /** A field as nearly all are: without a quote, and of its column's form. @returns where it ends; -1 for others */
  #easyField(bytes: Buffer, from: number, form: number, column: number): number {
    const { ends, stops, quote, delimiterInValues } = this.#dialect;
    const first = bytes[from] as number;
    if (form === FORM.any || ends[first] === 1) {
      let to = from;
      while (stops[bytes[to] as number] === 0) to += 1;
      return bytes[to] === quote ? -1 : to;
    }
    const to = endOfValue(form, bytes, from, this.#digits);
    if (to === -1 || ends[bytes[to] as number] === 0) return -1;
    if (delimiterInValues && this.#crosses(bytes, from, to)) return -1;
    return form > FORM.decimal || this.#fits(form, column) ? to : -1;
  }

  #crosses(bytes: Buffer, from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (bytes[at] === this.#dialect.delimiter) return true;
    return false;
  }

  /** A field without quotes around it. @returns where it ends */
  #plain(bytes: Buffer, from: number, column: number, end: number, last: boolean): number {
    const { ends, stops, quote } = this.#dialect;
    const form = this.#columns.forms[column];
    const isChecked = form !== FORM.any && form !== undefined && ends[bytes[from] as number] === 0;
    let at = from;
    for (;;) {
      while (stops[bytes[at] as number] === 0) at += 1;
      if (bytes[at] !== quote || at >= end) break;
      this.oddities.strayQuotes = true;
      at += 1;
    }
    if (at >= end && !last) return INCOMPLETE;
    const to = Math.min(at, end);
    if (isChecked) this.#misfit(column, bytes.toString("utf8", from, to), false);
    return to;
  }

  /** A field in quotes. @returns what follows the closing one */
  #quoted(bytes: Buffer, from: number, column: number, end: number, last: boolean): number {
    const { ends, quote } = this.#dialect;
    const close = this.#closingQuote(bytes, from + 1, end);
    if (close >= end && last) this.#sink.unclosed(this.#line);
    // What follows the quote tells whether it closes.
    if (close >= end || (close + 1 >= end && !last)) return INCOMPLETE;
    const form = this.#columns.forms[column];
    if (form !== FORM.any && form !== undefined) {
      const to = endOfValue(form, bytes, from + 1, this.#digits);
      if (to !== close || (form <= FORM.decimal && !this.#fits(form, column))) {
        this.#misfit(column, fieldText(bytes, from, close + 1, quote), true);
      }
    }
    const after = close + 1;
    if (ends[bytes[after] as number] === 1) return after;
    this.#problem = { reason: MISQUOTED };
    const lineEnd = endOfLine(bytes, after);
    return lineEnd >= end && !last ? INCOMPLETE : Math.min(lineEnd, end);
  }

  /** Doubled quotes stand for one. Counts the lines on the way. @returns at least `end` when there is none */
  #closingQuote(bytes: Buffer, from: number, end: number): number {
    const { quote } = this.#dialect;
    let lines = 0;
    let at = from;
    for (;;) {
      const byte = bytes[at];
      if (byte === quote) {
        if (at >= end || bytes[at + 1] !== quote || at + 1 >= end) break;
        at += 1;
      } else if (byte === LF || (byte === CR && bytes[at + 1] !== LF)) lines += 1;
      at += 1;
    }
    this.#lines += lines;
    return at;
  }

  /** Whether a numeral is within its column's limits. Notes a longer one than before. */
  #fits(form: number, column: number): boolean {
    const columns = this.#columns;
    const { whole, fraction } = this.#digits;
    if (whole > (columns.wholeLimits[column] as number)) return false;
    if (fraction > (form === FORM.integer ? 0 : (columns.fractionLimits[column] as number))) return false;
    if (whole > (columns.whole[column] as number) || fraction > (columns.fraction[column] as number)) {
      columns.raise(column, this.#digits);
    }
    return true;
  }

  #misfit(column: number, text: string, quoted: boolean): void {
    const reason = this.#columns.misfit(column, { text, quoted, line: this.#line });
    if (reason !== undefined) this.#problem ??= { reason, column, value: text };
  }

  /** @returns where the next line begins */
  #endOfRecord(bytes: Buffer, at: number, end: number, last: boolean): number {
    if (at >= end) return last ? end : INCOMPLETE;
    if (bytes[at] === LF) {
      this.lineEnds.lf += 1;
      return at + 1;
    }
    if (at + 1 >= end && !last) return INCOMPLETE;
    if (at + 1 < end && bytes[at + 1] === LF) {
      this.lineEnds.crlf += 1;
      return at + 2;
    }
    this.lineEnds.cr += 1;
    return at + 1;
  }
}

const MISQUOTED = "has text after a closing quote";

function endOfLine(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] !== LF && bytes[at] !== CR) at += 1;
  return at;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
