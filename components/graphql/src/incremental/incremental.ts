import { OsirisError, type DriverContext, type JsonInput, type JsonValue } from "@osiris/core";
import type { IncrementalConfig } from "../config.ts";
import { isObject } from "../json.ts";
import { valueAt } from "../pages/at-path.ts";
import type { JsonObject, Variables } from "../transport/session.ts";
import { compareDecimals } from "./decimal.ts";
import { hashed, Overlap, rowId } from "./overlap.ts";
import {
  comparePositions,
  lookBack,
  lookbackOf,
  positionOf,
  threshold,
  type Lookback,
  type Position,
} from "./position.ts";
import { positionJson, readPosition, readState, stateJson } from "./state.ts";

const NONE: ReadonlySet<string> = new Set();

/** Reads what is new since the last run: where to begin, which rows are known, and what the next run has to know. */
export class Incremental {
  /** Rows left out because the last run had delivered them. */
  known = 0;
  /** Rows that have no value in the field that grows. */
  withoutValue = 0;
  readonly #config: IncrementalConfig;
  readonly #field: readonly string[];
  readonly #key: readonly (readonly string[])[];
  readonly #lookback: Lookback;
  readonly #since: Position | undefined;
  readonly #delivered: ReadonlySet<string>;
  readonly #overlap: Overlap;
  #newest: Position | undefined;
  #last: Position | undefined;
  /** Whether each row is at or after the one before it. */
  #ascends: boolean;
  /** Whether a row came after an earlier one: rows of one position are in any order. */
  #rises: boolean;
  #least: ReturnType<typeof threshold> | undefined;

  /**
   * @param state what the last run has left
   * @param progress what {@link progress} was at the checkpoint after which the attempt goes on
   * @throws OsirisError `graphql.foreign_state`
   */
  constructor(config: IncrementalConfig, state: JsonValue | undefined, progress: JsonValue | undefined) {
    this.#config = config;
    this.#field = config.field.split(".");
    this.#key = (config.key ?? []).map((field) => field.split("."));
    this.#lookback = lookbackOf(config.lookback);
    const { newest, seen } = readState(state);
    this.#since = newest;
    this.#delivered = new Set(seen);
    const kept = isObject(progress) ? progress : {};
    this.#overlap = new Overlap(kept["overlap"]);
    this.known = Number(kept["known"] ?? 0);
    this.withoutValue = Number(kept["without_value"] ?? 0);
    this.#ascends = kept["ascends"] !== false;
    this.#rises = kept["rises"] === true;
    this.#last = keptPosition(kept["last"]);
    this.#reach(keptPosition(kept["newest"]) ?? newest);
  }

  /** The query's variable for where to begin; without a state and `initial` there is none. */
  get variables(): Variables {
    const { variable, initial } = this.#config;
    const value = this.#since === undefined ? initial : lookBack(this.#since, this.#lookback);
    return value === undefined ? {} : { [variable]: value };
  }

  /** Takes the rows of a page, and gives those of them that are new. */
  take(rows: readonly JsonObject[]): readonly JsonObject[] {
    return rows.filter((row) => this.#isNew(row));
  }

  #isNew(row: JsonObject): boolean {
    const value = valueAt(row, this.#field, "incremental.field", "row");
    if (value === null) {
      this.withoutValue++;
      return true;
    }
    const position = positionOf(value) ?? fail(value, this.#config.field);
    this.#pass(position);
    if (this.#key.length === 0 || this.#least === undefined) return true;
    const id = rowId(
      this.#key.map((path) => valueAt(row, path, "incremental.key", "row")),
      value,
    );
    this.#overlap.add(id, position.at, this.#least);
    if (this.#delivered.size === 0 || !this.#delivered.has(hashed(id))) return true;
    this.known++;
    return false;
  }

  #pass(position: Position): void {
    const { field } = this.#config;
    const step = this.#last === undefined ? 0 : comparePositions(position, this.#last, field);
    if (step < 0) this.#ascends = false;
    if (step > 0) this.#rises = true;
    this.#last = position;
    if (this.#newest === undefined || comparePositions(position, this.#newest, field) > 0)
      this.#reach(position);
  }

  #reach(newest: Position | undefined): void {
    this.#newest = newest;
    this.#least = newest === undefined ? undefined : threshold(newest, this.#lookback);
  }

  /** For a checkpoint; undefined: none can be taken now. */
  get progress(): JsonValue | undefined {
    const overlap = this.#overlap.forCheckpoint();
    if (overlap === undefined) return undefined;
    const [newest, last] = [this.#newest, this.#last].map((at) =>
      at === undefined ? null : positionJson(at),
    );
    const { known, withoutValue } = this;
    return {
      newest: newest ?? null,
      last: last ?? null,
      ascends: this.#ascends,
      rises: this.#rises,
      overlap,
      known,
      without_value: withoutValue,
    };
  }

  /** Whether a row has come that is newer than all of the last run. */
  get hasMoved(): boolean {
    const [since, newest] = [this.#since, this.#newest];
    return newest !== undefined && (since === undefined || compareDecimals(newest.at, since.at) !== 0);
  }

  /**
   * For the next run; undefined: what it finds is to stay.
   * @param truncated whether there are rows that were not read: unless they come after all of those that were, the next run
   * would never see them
   * @throws OsirisError `graphql.lookback_too_wide`
   */
  state(truncated: boolean): JsonValue | undefined {
    if (truncated && this.hasMoved && !(this.#ascends && this.#rises)) return undefined;
    if (this.#newest === undefined || this.#least === undefined) return undefined;
    this.#overlap.prune(this.#least);
    // Where nothing newer has come the overlap is still that of the last run, whether its rows have come again or not.
    const seen = this.#overlap.hashes(this.hasMoved ? NONE : this.#delivered);
    return stateJson({ newest: this.#newest, seen });
  }

  /** A mistyped date of one row would be where all later runs begin. */
  #warnOfFuture(ctx: DriverContext): void {
    const newest = this.#newest;
    if (newest === undefined || newest.kind === "number") return;
    const latest = BigInt(Math.floor(Date.now() / 1000) + FUTURE_SECONDS);
    if (compareDecimals(newest.at, { digits: latest, scale: 0 }) <= 0) return;
    const shown = JSON.stringify(newest.value);
    ctx.log(
      "warn",
      `The newest "${this.#config.field}" is ${shown}, in the future: the next run begins there, and sees no row before it. ` +
        "Have the query leave such rows out, and set the state back with osiris state set",
    );
  }

  /** Says what became of rows that are not plainly new. */
  report(ctx: DriverContext): void {
    ctx.metric("known_rows", this.known, "rows");
    this.#warnOfFuture(ctx);
    if (this.withoutValue === 0) return;
    ctx.metric("rows_without_position", this.withoutValue, "rows");
    const { field } = this.#config;
    ctx.log(
      "warn",
      `${this.withoutValue} rows have no value in "${field}": no later run can tell whether it knows them`,
    );
  }
}

/** Clocks differ, and a time without a zone may be that of any. */
const FUTURE_SECONDS = 86_400;

function keptPosition(value: JsonInput | undefined): Position | undefined {
  return value === undefined || value === null ? undefined : readPosition(value);
}

function fail(value: JsonInput, field: string): never {
  throw new OsirisError({
    code: "graphql.bad_position",
    category: "data",
    message: `"${field}" (incremental.field) is ${JSON.stringify(value).slice(0, 60)}: neither a number nor a date nor a timestamp`,
    hint: "Choose a field that grows, such as updatedAt.",
  });
}
