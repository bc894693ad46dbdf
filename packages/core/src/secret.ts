const MASK = "***";

/**
 * A config value that must not be shown. It prints as `***` in text, JSON and the console; {@link reveal} gives the
 * value, at the one place that hands it to the client.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    // What console.log and the like ask for, in Node.
    Object.defineProperty(this, Symbol.for("nodejs.util.inspect.custom"), { value: () => MASK });
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }
}
