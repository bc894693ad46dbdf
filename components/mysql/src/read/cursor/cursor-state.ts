import { OsirisError, type JsonValue } from "@osiris/core";

/** What a run with a cursor leaves for the next one. */
export interface CursorState extends CursorIdentity {
  /** The greatest value that was read, as text. */
  readonly value: string;
  /** Up from this value the rows that were delivered are known; as text. */
  readonly from: string;
  /** Those rows: see `KnownRows`. */
  readonly seen: string;
}

/** What a state belongs to: of anything else it says nothing. */
export interface CursorIdentity {
  /** `shop.orders`, or `the query`. */
  readonly source: string;
  readonly column: string;
  readonly type: string;
  readonly boundary: string;
  /** Empty where no row is read twice. */
  readonly key: readonly string[];
}

export function stateJson(state: CursorState): JsonValue {
  return { ...state };
}

/**
 * undefined: the first run.
 * @throws OsirisError `mysql.foreign_state` for a state of anything else
 */
export function readState(state: JsonValue | undefined, identity: CursorIdentity): CursorState | undefined {
  if (state === undefined) return undefined;
  const found = (typeof state === "object" && !Array.isArray(state) ? state : {}) as Partial<CursorState>;
  for (const field of ["source", "column", "type", "boundary", "key"] as const) {
    if (JSON.stringify(found[field]) === JSON.stringify(identity[field])) continue;
    const was = JSON.stringify(found[field] ?? null);
    throw foreign(`is of another ${field}: ${was}, not ${JSON.stringify(identity[field])}`);
  }
  const texts = [found.value, found.from, found.seen];
  if (texts.every((text) => typeof text === "string")) return found as CursorState;
  throw foreign('is not of the form { "value": …, "from": …, "seen": … }');
}

export function foreign(what: string): OsirisError {
  return new OsirisError({
    code: "mysql.foreign_state",
    category: "usage",
    message: `The state of the step ${what}`,
    hint: "Begin anew with osiris state reset, or set the config back.",
  });
}
