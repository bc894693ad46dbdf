import { KnownSecrets } from "@osiris/compiler";

/** User and password in one: the base64 of neither shows in it. */
const BASIC = /\b(Basic\s+)[A-Za-z0-9+/]{4,}={0,2}/gi;

/**
 * Takes the secrets of a run out of what drivers say, before it reaches a log, a record or a screen. It knows them by
 * their values: also when a client library has put one into its own error message.
 */
export class Redactor {
  readonly #secrets = new KnownSecrets();

  add(secrets: readonly string[]): void {
    for (const secret of secrets) this.#secrets.add(secret);
  }

  text(text: string): string {
    return this.#secrets.isEmpty ? text : this.#secrets.mask(text.replaceAll(BASIC, "$1***"));
  }

  /** A copy of a value of any shape with its texts redacted. */
  value<T>(value: T): T {
    if (this.#secrets.isEmpty) return value;
    return this.#walk(value) as T;
  }

  #walk(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.#walk(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.#walk(item)]));
  }
}
