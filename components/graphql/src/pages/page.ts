import type { Answer, JsonObject } from "../transport/session.ts";
import type { Cursor } from "./cursor.ts";
import type { FoundList } from "./find-rows.ts";

/** One page of the rows. */
export interface Page {
  /** From 1, over all attempts. */
  readonly number: number;
  /** Where it begins; undefined: at the beginning. */
  readonly cursor: Cursor | undefined;
  readonly answer: Answer;
  readonly rows: readonly JsonObject[];
  /** Items that are null, left out of the rows. */
  readonly nulls: number;
  /** Null on the way to the rows: the API has none to give. */
  readonly missing: boolean;
  /** The first list on the way to the rows. */
  readonly list: FoundList | undefined;
}
