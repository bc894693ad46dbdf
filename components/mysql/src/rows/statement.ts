import type { Connection } from "mysql2";
import type { SqlValue } from "../connection/session.ts";
import { mysqlError } from "../errors.ts";
import type { ColumnDefinition } from "../types/wire-types.ts";
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

/** Asks the server to prepare a statement. The same text is prepared once in a session. */
export function prepareStatement(client: Connection, sql: string): Promise<WireStatement> {
  const { promise, resolve, reject } = Promise.withResolvers<WireStatement>();
  client.prepare(sql, (error, statement) => {
    if (error === null) resolve(statement as unknown as WireStatement);
    else reject(mysqlError(error, "Preparing the statement"));
  });
  return promise;
}

/**
 * Executes a statement, and gives the payload of each row's packet to the taker, which has to be done with it when it returns.
 * When the taker throws, `stop` has to end the connection: the server has no other way of being told.
 */
export function executeRaw(
  statement: WireStatement,
  values: readonly SqlValue[],
  taker: RowTaker,
  stop: () => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let failed = false;
  const take = (action: () => void): void => {
    if (failed) return;
    try {
      action();
    } catch (error) {
      failed = true;
      reject(error);
      stop();
    }
  };
  let parsed = false;
  const command = statement.execute(boundValues(values), (error) => {
    if (error !== null) reject(mysqlError(error, "Reading rows"));
    else if (parsed) resolve();
    else reject(hookMissing("it did not ask for a parser of rows"));
  });
  command.buildParserFromFields = (columns) => {
    parsed = true;
    // It keeps a value for each row, and there are none.
    command._currentRows = { push: () => undefined };
    take(() => taker.columns(columns));
    return class {
      next({ buffer, offset, end }: Packet): void {
        take(() => taker.row(buffer, offset, end));
      }
    };
  };
  return promise;
}

/** Numbers beyond a double's are bound as text: the server compares them as numbers all the same. */
export function boundValues(values: readonly SqlValue[]): readonly (string | number | null)[] {
  return values.map((value) => (typeof value === "bigint" ? String(value) : value));
}

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
