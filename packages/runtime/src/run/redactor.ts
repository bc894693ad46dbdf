import { KnownSecrets } from "@osiris/compiler";

/** User and password in one: of a short password too little shows in the base64. */
const BASIC = /\b(Basic\s+)[A-Za-z0-9+/_-]{4,}={0,2}/gi;

/**
 * Takes the secrets of a run out of what drivers say, before it reaches a log, a record or a screen. It knows them by
 * their values: also when a client library has put one into its own error message.
 *
 * What Osiris itself puts into a field (ids, hashes, counts, moments, names of tables) does not pass through here and is
 * never changed; nor is a number, whoever gives it.
 */
export class Redactor {
  readonly #secrets = new KnownSecrets();

  add(secrets: readonly string[]): void {
    for (const secret of secrets) this.#secrets.add(secret);
  }

  /** For what is read by people. */
  text(text: string): string {
    return this.#secrets.isEmpty ? text : this.#secrets.mask(text.replaceAll(BASIC, "$1***"));
  }

  /** For what programs compare: names, codes, paths. It stays what it is unless a long secret is in it. */
  name(name: string): string {
    return this.#secrets.maskName(name);
  }

  /** A copy of what goes into JSON with its texts redacted, and those that are keys. */
  value<T>(value: T): T {
    if (this.#secrets.isEmpty) return value;
    return this.#walk(value) as T;
  }

  #walk(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.#walk(item));
    if (typeof value !== "object" || value === null) return value;
    // What JSON will make of it: of a Secret, a date, an object of a client library.
    if ("toJSON" in value && typeof value.toJSON === "function") return this.#walk(value.toJSON());
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.#walk(item)]));
  }
}
