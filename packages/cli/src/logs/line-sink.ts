import type { Output } from "../output.ts";

/** A line that is wanted: as it stands in the file, and for people. */
export interface LogLine {
  readonly raw: string;
  readonly text: () => string;
}

/** Where lines go. */
export interface LineSink {
  /** Lines taken so far. */
  readonly count: number;
  /** Resolves with false when nobody reads any more. */
  add(lines: readonly LogLine[]): Promise<boolean>;
  end(): Promise<void>;
}

export class TextLines implements LineSink {
  count = 0;
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  async add(lines: readonly LogLine[]): Promise<boolean> {
    this.count += lines.length;
    return lines.length === 0 || this.#output.part(lines.map(({ text }) => `${text()}\n`).join(""));
  }

  async end(): Promise<void> {}
}

/** One JSON array, written as its lines come. */
export class JsonLines implements LineSink {
  count = 0;
  readonly #output: Output;
  #before = "[\n";

  constructor(output: Output) {
    this.#output = output;
  }

  async add(lines: readonly LogLine[]): Promise<boolean> {
    if (lines.length === 0) return true;
    this.count += lines.length;
    const text = `${this.#before}  ${lines.map(({ raw }) => raw).join(",\n  ")}`;
    this.#before = ",\n";
    return this.#output.part(text);
  }

  async end(): Promise<void> {
    await this.#output.part(this.#before === "[\n" ? "[]\n" : "\n]\n");
  }
}
