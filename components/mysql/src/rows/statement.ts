import type { TypeCast } from "mysql2";
import { bindable } from "../connection/bind.ts";
import type { Session, SqlValue } from "../connection/session.ts";
import { onAbort } from "../connection/wire.ts";
import { mysqlError } from "../errors.ts";
import type { ColumnDefinition } from "../types/wire-types.ts";
import type { ClientValue } from "./cells.ts";
import { hookMissing } from "./row-errors.ts";

/**
 * mysql2's prepared statements, with what it does not declare: it is pinned, and a test looks whether this is still so.
 * The hook is `buildParserFromFields`: what it returns is constructed once, and given each row's packet.
 */
export interface WireStatement {
  readonly columns: readonly WireColumn[];
  execute(values: readonly unknown[], done: (error: Error | null) => void): ExecuteCommand;
}

interface ExecuteCommand {
  buildParserFromFields?: (columns: readonly WireColumn[]) => new () => RowParser;
  /** Where it keeps what the parser returns. */
  _currentRows: unknown;
}

interface RowParser {
  next(packet: Packet): void;
}

/** One object for all packets. */
interface Packet {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly end: number;
}

export interface WireColumn extends ColumnDefinition {
  /** Decoded by the column's own charset. */
  readonly name: string;
  readonly _buf: Buffer;
  readonly _orgTableStart: number;
  readonly _orgTableLength: number;
}

/** Takes the rows of an execution. What it throws ends the read. */
export interface RowTaker {
  columns(columns: readonly WireColumn[]): void;
  row(bytes: Buffer, start: number, end: number): void;
}

/** Takes the rows of an execution as mysql2 decodes them. */
export interface ValueTaker {
  columns(columns: readonly WireColumn[]): void;
  row(values: readonly (ClientValue | null)[]): void;
}

/** All rows of a session come from statements that are prepared with this, so that each text is prepared once. */
const ROWS_AS_ARRAYS = { rowsAsArray: true } as const;

/** Asks the server to prepare a statement. */
export function prepareStatement(session: Session, sql: string): Promise<WireStatement> {
  return untilEnd(session, ({ resolve, reject }) => {
    session.client.prepare({ sql, ...ROWS_AS_ARRAYS } as never, (error: Error | null, statement: unknown) => {
      if (error === null) resolve(statement as WireStatement);
      else reject(mysqlError(error, "The server did not prepare the statement"));
    });
  });
}

/** Frees what the server keeps of a statement. */
export function closeStatement({ client, ended }: Session, sql: string): void {
  if (!ended.aborted) client.unprepare({ sql, ...ROWS_AS_ARRAYS } as never);
}

/**
 * Executes a statement, and gives the payload of each row's packet to the taker, which has to be done with it when it returns. An error of
 * the taker's ends the session: the server has no other way of being told.
 */
export function executeRaw(
  session: Session,
  statement: WireStatement,
  values: readonly SqlValue[],
  taker: RowTaker,
): Promise<void> {
  return untilEnd(session, ({ resolve, reject }) => {
    const taking = new Taking(reject, session);
    let parsed = false;
    const command = statement.execute(values.map(bindable), (error) => {
      if (error !== null) reject(mysqlError(error, "Reading rows"));
      else if (parsed) resolve();
      else reject(hookMissing("it did not ask for a parser of rows"));
    });
    command.buildParserFromFields = (columns) => {
      parsed = true;
      // It keeps a value for each row, and there are none.
      command._currentRows = { push: () => undefined };
      taking.do(() => taker.columns(columns));
      return class {
        // Once for each row, so without a closure.
        next({ buffer, offset, end }: Packet): void {
          if (taking.failed) return;
          try {
            taker.row(buffer, offset, end);
          } catch (error) {
            taking.fail(error);
          }
        }
      };
    };
  });
}

/** As {@link executeRaw}, with nothing but what mysql2 declares. */
export function executeDecoded(
  session: Session,
  sql: string,
  values: readonly SqlValue[],
  taker: ValueTaker,
): Promise<void> {
  return untilEnd(session, ({ resolve, reject }) => {
    const taking = new Taking(reject, session);
    const command = session.client.execute({
      sql,
      ...ROWS_AS_ARRAYS,
      values: values.map(bindable),
      typeCast: exactValue,
      supportBigNumbers: true,
      bigNumberStrings: true,
      dateStrings: true,
    });
    command.once("error", (error: Error) => reject(mysqlError(error, "Reading rows")));
    command.on("fields", (columns: readonly WireColumn[]) => taking.do(() => taker.columns(columns)));
    command.on("result", (row: unknown) => taking.do(() => taker.row(row as readonly ClientValue[])));
    command.once("end", () => resolve());
  });
}

/** Does what comes to its end by an event, or with the session: mysql2 forgets commands whose connection is gone. */
async function untilEnd<T>(session: Session, begin: (promise: PromiseWithResolvers<T>) => void): Promise<T> {
  session.ended.throwIfAborted();
  const resolvers = Promise.withResolvers<T>();
  using _listening = onAbort(session.ended, resolvers.reject);
  begin(resolvers);
  return await resolvers.promise;
}

/** Runs what takes rows, up to its first error. */
class Taking {
  readonly #reject: (error: unknown) => void;
  readonly #session: Session;
  failed = false;

  constructor(reject: (error: unknown) => void, session: Session) {
    this.#reject = reject;
    this.#session = session;
  }

  do(action: () => void): void {
    if (this.failed) return;
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends all. */
  fail(error: unknown): void {
    this.failed = true;
    this.#reject(error);
    this.#session.destroy();
  }
}

/** What mysql2 would decode by charsets, or make objects of, stays bytes. */
const exactValue: TypeCast = (field, next) =>
  typeof field !== "object" || !BYTES_AS_THEY_ARE.has(field.type) ? next() : field.buffer();

const BYTES_AS_THEY_ARE: ReadonlySet<string> = new Set([
  "VARCHAR",
  "VAR_STRING",
  "STRING",
  "ENUM",
  "SET",
  "TINY_BLOB",
  "MEDIUM_BLOB",
  "LONG_BLOB",
  "BLOB",
  "JSON",
  "VECTOR",
  "GEOMETRY",
]);

/**
 * A column's name, which is always in UTF-8. mysql2 decodes it by the charset of the column's values, which is right only while the server
 * converts those to UTF-8 as well.
 */
export function columnName(column: WireColumn): string {
  const { _buf: bytes, _orgTableStart: before, _orgTableLength: length } = column;
  const at = before + length;
  const first = bytes[at] ?? 0;
  // Of at most 256 characters, so its length has one byte or three.
  const [from, size] = first < 0xfb ? [at + 1, first] : [at + 3, bytes.readUInt16LE(at + 1)];
  return bytes.toString("utf8", from, from + size);
}
