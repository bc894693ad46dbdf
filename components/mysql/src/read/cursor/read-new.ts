import { OsirisError, type JsonValue } from "@osiris/core";
import type { CursorConfig } from "../../config.ts";
import type { Session } from "../../connection/session.ts";
import { quoteName } from "../../names.ts";
import { columnType } from "../column-type.ts";
import { countOf, isCounted, textOf, type CountedType } from "../ordered-value.ts";
import { beginSnapshot, type Reading } from "../reading.ts";
import type { BoundSql } from "../selection.ts";
import { overlaps } from "../validate.ts";
import { foreign, readState, stateJson, type CursorIdentity, type CursorState } from "./cursor-state.ts";
import { KnownRows } from "./known-rows.ts";
import { lookbackOf } from "./lookback.ts";
import { Watch } from "./watch.ts";

/**
 * Reads what is new since the last run, in one snapshot, and gives the state for the next run.
 *
 * Rows after the greatest value of the last run are all new. Those at it and in the lookback before it are read on their own, and the
 * known ones left out.
 */
export async function readNew(
  reading: Reading,
  session: Session,
  cursor: CursorConfig,
): Promise<JsonValue | undefined> {
  await beginSnapshot(session);
  const read = await NewRows.open(reading, session, cursor);
  const state = await read.run();
  return state === undefined ? undefined : stateJson(state);
}

interface Setup {
  readonly reading: Reading;
  readonly session: Session;
  readonly cursor: CursorConfig;
  readonly type: CountedType;
  readonly identity: CursorIdentity;
  readonly lookback: bigint;
  readonly state: CursorState | undefined;
}

class NewRows {
  readonly #setup: Setup;

  private constructor(setup: Setup) {
    this.#setup = setup;
  }

  /** @throws OsirisError for a cursor that does not fit the table, its type or the state */
  static async open(reading: Reading, session: Session, cursor: CursorConfig): Promise<NewRows> {
    const { name, type } = await columnType(reading, session, cursor.column);
    if (!isCounted(type)) throw noCursor(cursor, name);
    const identity = {
      source: reading.selection.label,
      column: cursor.column,
      type: momentKind(name) ?? type.kind,
      boundary: cursor.boundary,
      key: overlaps(cursor) ? keyOf(reading, cursor) : [],
    };
    // Of a table it is known already that it has them.
    if (reading.selection.table === undefined) for (const key of identity.key) reading.table.placeOf(key);
    const lookback = lookbackOf(cursor.lookback, type, name);
    const state = readState(reading.ctx.state, identity);
    return new NewRows({ reading, session, cursor, type, identity, lookback, state });
  }

  async run(): Promise<CursorState | undefined> {
    const { state, cursor } = this.#setup;
    const seenBefore = overlaps(cursor) && !this.#isTable ? await this.#seenBefore(state) : "";
    if (state !== undefined && overlaps(cursor)) await this.#readOverlap(state);
    const watch = await this.#readAfter(state);
    this.#tell(watch);
    const value = watch.value ?? state?.value;
    return value === undefined ? undefined : this.#stateAt(value, seenBefore);
  }

  /** Only of a table the engine is known. */
  get #isTable(): boolean {
    const { table } = this.#setup.reading.selection;
    return table !== undefined && !table.isView;
  }

  /**
   * The rows that this run is sure to deliver or to know. Of what may read tables without snapshots they have to be asked for before
   * the read: afterwards there may be others, which nobody would ever deliver. With snapshots it is the same.
   */
  async #seenBefore(state: CursorState | undefined): Promise<string> {
    const { reading, session, cursor, type } = this.#setup;
    const where = state === undefined ? undefined : this.#compare(">=", state.value);
    const { sql, values } = reading.selection.other(`MAX(${quoteName(cursor.column)}) AS value`, { where });
    const greatest = (await session.query(sql, values))[0]?.["value"] ?? state?.value;
    if (greatest === undefined || countOf(type, greatest) === undefined) return "";
    return this.#rowsIn(this.#earlier(greatest), greatest);
  }

  /** What comes after the last run, or all that the first one begins with. */
  async #readAfter(state: CursorState | undefined): Promise<Watch> {
    const { reading, session, cursor, type } = this.#setup;
    const { initial } = cursor;
    const where =
      state !== undefined
        ? this.#compare(">", this.#checked(state.value))
        : initial === undefined
          ? undefined
          : this.#compare(">=", this.#initial(String(initial)));
    const { sql, values } = reading.selection.all({ where });
    const prepared = await reading.table.prepare(session, sql);
    const watch = new Watch(reading.table.placeOf(cursor.column), type);
    const { writer } = reading.table;
    const tally = await prepared.read(values, {
      rows: (batch) => {
        watch.look(batch);
        batch.appendTo(writer);
      },
    });
    await prepared.close();
    reading.table.count(tally);
    return watch;
  }

  async #readOverlap(state: CursorState): Promise<void> {
    const { reading, session } = this.#setup;
    const from = this.#earlier(state.value);
    // What lies before was delivered, as far as a run with a shorter lookback could see it.
    const known = this.#count(state.from);
    const where = this.#between(this.#count(from) < known ? state.from : from, state.value);
    const { sql, values } = reading.selection.all({ where });
    const prepared = await reading.table.prepare(session, sql);
    const places = this.#idColumns.map((name) => reading.table.placeOf(name));
    const rows = new KnownRows(state.seen);
    const { writer } = reading.table;
    let left = 0;
    const tally = await prepared.read(values, {
      rows: (batch) => {
        const without = rows.among(batch, places);
        left += without.size;
        batch.appendTo(writer, without);
      },
    });
    await prepared.close();
    reading.table.count(tally);
    reading.ctx.metric("known_rows", left, "rows");
  }

  async #stateAt(value: string, seenBefore: string): Promise<CursorState> {
    const { cursor, identity, reading } = this.#setup;
    if (!overlaps(cursor)) return { ...identity, value, from: value, seen: "" };
    const from = this.#earlier(value);
    const isSnapshot = this.#isTable && reading.selection.table?.hasSnapshots === true;
    return { ...identity, value, from, seen: isSnapshot ? await this.#rowsIn(from, value) : seenBefore };
  }

  /** In a snapshot all of them were delivered, in this run or before. */
  async #rowsIn(from: string, to: string): Promise<string> {
    const { reading, session } = this.#setup;
    const { sql, values } = reading.selection.other(this.#idColumns.map(quoteName).join(", "), {
      where: this.#between(from, to),
    });
    const prepared = await reading.table.prepareOther(session, sql);
    const rows = new KnownRows();
    const places = this.#idColumns.map((_, index) => index);
    await prepared.read(values, { rows: (batch) => rows.add(batch, places) });
    await prepared.close();
    return rows.text;
  }

  get #idColumns(): readonly string[] {
    const { identity, cursor } = this.#setup;
    return [...identity.key, cursor.column];
  }

  #compare(operator: string, value: string): BoundSql {
    const { cursor, type } = this.#setup;
    return { sql: `${quoteName(cursor.column)} ${operator} ${type.bound}`, values: [value] };
  }

  #between(from: string, to: string): BoundSql {
    const bounds = [this.#compare(">=", from), this.#compare("<=", to)];
    return {
      sql: bounds.map(({ sql }) => sql).join(" AND "),
      values: bounds.flatMap(({ values }) => values),
    };
  }

  #earlier(value: string): string {
    return textOf(this.#setup.type, this.#count(value) - this.#setup.lookback);
  }

  #checked(value: string): string {
    this.#count(value);
    return value;
  }

  #count(value: string): bigint {
    const count = countOf(this.#setup.type, value);
    if (count === undefined)
      throw foreign(
        `has the value ${JSON.stringify(value)}, which "${this.#setup.cursor.column}" cannot have`,
      );
    return count;
  }

  #initial(value: string): string {
    const { cursor, type } = this.#setup;
    const count = countOf(type, value);
    if (count !== undefined) return textOf(type, count);
    throw new OsirisError({
      code: "mysql.cursor_initial",
      category: "usage",
      message: `cursor.initial is ${JSON.stringify(value)}, which "${cursor.column}" cannot have`,
      hint: "Give a number, a date such as 2026-01-31, or a time in UTC such as 2026-01-31 12:00:00.",
    });
  }

  #tell(watch: Watch): void {
    const { reading, cursor, type } = this.#setup;
    const { ctx, selection } = reading;
    if (watch.withoutValue > 0) {
      ctx.metric("rows_without_cursor", watch.withoutValue, "rows");
      const message = `${watch.withoutValue} rows have no value in "${cursor.column}": no later run reads them`;
      ctx.log("warn", message);
    }
    if (selection.table?.hasSnapshots === false && overlaps(cursor)) {
      const why = `the engine ${selection.table.engine} has no snapshots`;
      ctx.log("warn", `The next run delivers rows of the greatest value again: ${why}`);
    }
    const greatest = watch.value === undefined ? undefined : countOf(type, watch.value);
    const isMoment = type.kind === "date" || type.kind === "datetime";
    if (!isMoment || greatest === undefined || !isFuture(type, greatest)) return;
    ctx.log(
      "warn",
      `The greatest "${cursor.column}" is ${watch.value}, in the future: the next run begins there, and sees no row before it. ` +
        "Leave such rows out with where, and set the state back with osiris state set",
    );
  }
}

/** A DATETIME that has become a TIMESTAMP is another moment where the server's zone is not UTC: not to be compared with the one before. */
function momentKind(typeName: string): "timestamp" | undefined {
  return /^timestamp/i.test(typeName) ? "timestamp" : undefined;
}

/** A time without a zone may be that of any, and clocks differ: a day is allowed. */
function isFuture({ kind }: CountedType, count: bigint): boolean {
  const ms = kind === "date" ? count * 86_400_000n : count / 1000n;
  return ms > BigInt(Date.now() + 86_400_000);
}

function keyOf({ selection }: Reading, cursor: CursorConfig): readonly string[] {
  const key = cursor.key ?? selection.table?.primaryKey.map(({ name }) => name) ?? [];
  if (key.length > 0) return key;
  throw new OsirisError({
    code: "mysql.cursor_without_key",
    category: "usage",
    message: `${selection.label} has no primary key, so rows that were delivered could not be left out`,
    hint: "Name the columns that tell rows apart in cursor.key, or set boundary: open without a lookback.",
  });
}

function noCursor({ column }: CursorConfig, type: string): OsirisError {
  return new OsirisError({
    code: "mysql.cursor_type",
    category: "usage",
    message: `"${column}" (cursor.column) has the type ${type}, of which the greatest value cannot be kept`,
    hint: "A cursor is a whole number, a DECIMAL, a DATE, a DATETIME or a TIMESTAMP.",
  });
}
