import type { JsonValue } from "@osiris/core";

/** What a value of a field has proved to be: an object, a list that is a table, or a cell. */
export type SeenKind = "object" | "list" | "column";

/** What the rows so far have shown of the fields that the plan does not know: a checkpoint holds it. */
export class SeenFields {
  readonly #kinds = new Set<string>();
  readonly #paths: (readonly string[])[] = [];

  /** @param state {@link SeenFields.state} of the attempt that took the checkpoint */
  constructor(state: JsonValue | undefined) {
    if (state === undefined) return;
    const { kinds, paths } = state as {
      readonly kinds: readonly string[];
      readonly paths: readonly (readonly string[])[];
    };
    for (const kind of kinds) this.#kinds.add(kind);
    this.#paths.push(...paths);
  }

  /** @param name the way to the field, unique in the step */
  add(kind: SeenKind, name: string): void {
    this.#kinds.add(`${kind} ${name}`);
  }

  has(kind: SeenKind, name: string): boolean {
    return this.#kinds.has(`${kind} ${name}`);
  }

  /** Nothing but null has come. */
  isUnknown(name: string): boolean {
    return !this.has("object", name) && !this.has("list", name) && !this.has("column", name);
  }

  /** Fields of rows whose selection is not known, in the order of their appearance. */
  get paths(): readonly (readonly string[])[] {
    return this.#paths;
  }

  addPath(path: readonly string[]): void {
    this.#paths.push(path);
  }

  get state(): JsonValue {
    return { kinds: [...this.#kinds], paths: [...this.#paths] };
  }
}
