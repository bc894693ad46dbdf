import { isOsirisError, OsirisError, type JsonValue } from "@osiris/core";
import type { Session, SqlValue } from "../connection/session.ts";
import type { PreparedRows } from "../rows/read-rows.ts";
import { Checkpoints } from "./checkpoints.ts";
import { after, type Keyset } from "./keyset.ts";
import type { OrderedType } from "./ordered-type.ts";
import { countOf, isCounted } from "./ordered-value.ts";
import { beginSnapshot, openReader, type Reading } from "./reading.ts";
import { Reconnects } from "./reconnects.ts";

/**
 * Reads a table in the order of its primary key, in one statement or, with batch_size, in several. A read that breaks off goes on
 * after the last row that is in the table, in a snapshot of its own: in the same attempt, and from a checkpoint in a later one.
 */
export async function readKeyed(reading: Reading, first: Session, keyset: Keyset): Promise<void> {
  const read = new KeyedRead(reading, keyset);
  const reconnects = new Reconnects(reading.ctx);
  let session: Session | undefined = first;
  for (;;) {
    try {
      if (session === undefined) await read.overNewConnection();
      else await read.over(session);
      return await read.settle();
    } catch (error) {
      session?.destroy();
      session = undefined;
      if (read.isStuck) throw error;
      await reconnects.afterFailure(error, read.rows);
      read.tellBreak(error);
    }
  }
}

/** Where a later attempt goes on. */
interface Place {
  /** The columns of the key. */
  readonly key: readonly string[];
  /** Their values in the last row. */
  readonly after: readonly (string | null)[];
  readonly zero_dates: Readonly<Record<string, number>>;
}

/** A place in a table is of no use when it is not read in that order any more, and its rows up to there are in the step's table. */
export function keyChanged({ selection }: Reading): OsirisError {
  return new OsirisError({
    code: "mysql.key_changed",
    category: "external",
    message: `The primary key of ${selection.label} has changed since the attempt before, which went on in its order`,
    hint: "Run the pipeline anew, without --resume.",
  });
}

class KeyedRead {
  readonly #reading: Reading;
  readonly #keyset: Keyset;
  readonly #checkpoints: Checkpoints;
  /** The key of the last row that is in the table; undefined: there is none. A date that no calendar has is null. */
  #last: readonly (string | null)[] | undefined;
  #rows = 0;

  constructor(reading: Reading, keyset: Keyset) {
    this.#reading = reading;
    this.#keyset = keyset;
    this.#checkpoints = new Checkpoints(reading.ctx);
    this.#restore(reading.ctx.resumed);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Whether nothing can be read after the last row. */
  get isStuck(): boolean {
    return this.#last?.includes(null) ?? false;
  }

  async overNewConnection(): Promise<void> {
    await using session = await openReader(this.#reading);
    await this.over(session);
  }

  /** Reads all that is missing. */
  async over(session: Session): Promise<void> {
    await beginSnapshot(session);
    const { batch_size: size } = this.#reading.config;
    let following: PreparedRows | undefined;
    for (;;) {
      const where =
        this.#last === undefined
          ? undefined
          : after(
              this.#keyset,
              this.#last.map((value) => value ?? noPlace()),
            );
      const { sql, values } = this.#reading.selection.all({
        where,
        index: "FORCE INDEX (PRIMARY)",
        tail: size === undefined ? this.#keyset.order : `${this.#keyset.order} LIMIT ${size}`,
      });
      const prepared = following ?? (await this.#reading.table.prepare(session, sql));
      const read = await this.#readRows(prepared, values);
      if (size === undefined || read < size) return;
      if (where === undefined) await prepared.close();
      else following = prepared;
    }
  }

  async #readRows(prepared: PreparedRows, values: readonly SqlValue[]): Promise<number> {
    const { table } = this.#reading;
    const places = this.#keyset.columns.map(({ name }) => table.placeOf(name));
    const { writer } = table;
    const tally = await prepared.read(values, {
      rows: (batch) => {
        const last = places.map((column) => batch.value(column, batch.rowCount - 1));
        batch.appendTo(writer);
        this.#last = last.map((value, index) => placeIn(this.#keyset.columns[index]?.type, value));
        this.#rows = writer.rows;
        if (!this.isStuck) this.#checkpoints.offer(writer.rows, () => this.#state());
      },
    });
    table.count(tally);
    return tally.rows;
  }

  settle(): Promise<void> {
    return this.#checkpoints.settle();
  }

  #state(): JsonValue & Place {
    const { zeroDates } = this.#reading.table;
    const key = this.#keyset.columns.map(({ name }) => name);
    return { key, after: this.#last ?? [], zero_dates: Object.fromEntries(zeroDates) };
  }

  #restore(state: JsonValue | undefined): void {
    if (state === undefined) return;
    const place = state as unknown as Place;
    if (JSON.stringify(place.key) !== JSON.stringify(this.#state().key)) throw keyChanged(this.#reading);
    this.#last = place.after;
    this.#reading.table.count({ zeroDates: new Map(Object.entries(place.zero_dates)) });
    this.#tellResume("An earlier attempt at the step was broken off");
  }

  tellBreak(error: unknown): void {
    if (this.#last === undefined) return;
    const reason = isOsirisError(error) ? error.message : String(error);
    this.#tellResume(`The read was broken off (${reason})`);
  }

  #tellResume(why: string): void {
    const { ctx, selection } = this.#reading;
    const key = this.#keyset.columns.map(({ name }, index) => `${name} ${this.#last?.[index]}`).join(", ");
    ctx.event("read_resumed", { table: selection.label, after: [...(this.#last ?? [])] });
    ctx.log(
      "warn",
      `${why}. It goes on after ${key}: rows up to there are as they were when the read began, later ones as they are now`,
    );
  }
}

/** Null for a date that no calendar has: a server may not take it for a value to compare with. */
function placeIn(type: OrderedType | undefined, value: bigint | string | null): string | null {
  const text = value === null ? null : String(value);
  const isDate = type?.kind === "date" || type?.kind === "datetime";
  return text === null || (isDate && isCounted(type) && countOf(type, text) === undefined) ? null : text;
}

function noPlace(): never {
  throw new OsirisError({
    code: "mysql.unreadable_key",
    category: "data",
    message: "The primary key of a row is a date that no calendar has, so the read cannot go on after it",
    hint: "Leave batch_size out: one statement then reads all rows.",
  });
}
