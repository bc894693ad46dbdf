import type { JsonValue } from "@osiris/core";

/**
 * Whether a sequence of cursors, each of which decides the next, has gone round in a circle: Brent's algorithm, which remembers
 * one cursor, and replaces it after 1, 2, 4, … steps. A cursor that follows itself is seen at once.
 * See https://en.wikipedia.org/wiki/Cycle_detection#Brent's_algorithm
 */
export class CircleDetector {
  #remembered: string | undefined;
  #previous: string | undefined;
  #steps = 0;
  #limit = 1;

  constructor(start: JsonValue | undefined) {
    this.#remembered = start === undefined ? undefined : JSON.stringify(start);
    this.#previous = this.#remembered;
  }

  /** Takes the next cursor. True when it is one that came before. */
  closesWith(cursor: JsonValue): boolean {
    const text = JSON.stringify(cursor);
    if (text === this.#remembered || text === this.#previous) return true;
    this.#previous = text;
    this.#steps += 1;
    if (this.#steps === this.#limit) {
      this.#remembered = text;
      this.#steps = 0;
      this.#limit *= 2;
    }
    return false;
  }
}
