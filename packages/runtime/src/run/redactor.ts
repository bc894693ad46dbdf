const MASK = "***";
const BASIC = /\b(Basic\s+)[A-Za-z0-9+/]{4,}={0,2}/gi;

/** Shorter ones would be found everywhere, and hiding them hides nothing. */
const MIN_LENGTH = 3;

/**
 * Takes the secrets of a run out of what drivers say, before it reaches a log, a record or a screen. It knows them by
 * their values: also when a client library has put one into its own error message.
 */
export class Redactor {
  readonly #forms = new Set<string>();

  add(secrets: readonly string[]): void {
    for (const secret of secrets) {
      if (secret.length < MIN_LENGTH) continue;
      this.#forms.add(secret);
      // As it stands in a URL, in JSON inside a message, or in a header.
      this.#forms.add(encodeURIComponent(secret));
      this.#forms.add(JSON.stringify(secret).slice(1, -1));
      this.#forms.add(Buffer.from(secret, "utf8").toString("base64"));
    }
  }

  text(text: string): string {
    // User and password in one: the base64 of neither shows in it.
    let result = this.#forms.size === 0 ? text : text.replaceAll(BASIC, `$1${MASK}`);
    // The longest first: one secret may be the beginning of another.
    for (const form of [...this.#forms].toSorted((a, b) => b.length - a.length)) {
      result = result.replaceAll(form, MASK);
    }
    return result;
  }

  /** A copy of a value of any shape with its texts redacted. */
  value<T>(value: T): T {
    if (this.#forms.size === 0) return value;
    return this.#walk(value) as T;
  }

  #walk(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.#walk(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.#walk(item)]));
  }
}
