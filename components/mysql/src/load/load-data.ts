import { Readable } from "node:stream";
import type { DriverContext } from "@osiris/core";
import type { MysqlWriterConfig } from "../config.ts";
import type { Session } from "../connection/session.ts";
import { serverErrno } from "../errors.ts";
import { quoteTable } from "../names.ts";
import type { Load } from "./load-rows.ts";
import { refusedBy } from "./refusals.ts";
import type { RowSql } from "./row-sql.ts";
import { changeOf, textQuery, type Refused } from "./text-query.ts";

/** How LOAD DATA ended, where it did not throw. */
export type LoadDataOutcome =
  /** Every row is in the table as it was sent. */
  | { readonly kind: "loaded"; readonly rows: number }
  /** The server, a proxy or the client does not have it. Nothing was sent. */
  | { readonly kind: "unavailable"; readonly reason: string }
  /** A row, from 0, cannot be said to this table. Rows before it may be in it. */
  | { readonly kind: "stopped"; readonly row: number }
  /** The server left out or changed rows. */
  | { readonly kind: "changed"; readonly refused: Refused };

const BLOCK_BYTES = 128 * 1024;
/** What the statement and the packet's head need beside the bytes. */
const MARGIN_BYTES = 1024;
const NEWLINE = 10;

/** Not allowed by the server or the client; not known to a proxy, or to a server that is another's. */
const UNAVAILABLE: ReadonlySet<number> = new Set([1047, 1064, 1105, 1148, 1227, 1235, 2068, 3948, 4166]);

/** Streams the rows to the server in one LOAD DATA LOCAL, which never fails a row but leaves it out or changes it. */
export async function loadData(
  session: Session,
  load: Load,
  sql: RowSql,
  config: MysqlWriterConfig,
  ctx: DriverContext,
): Promise<LoadDataOutcome> {
  const lines = new Lines(ctx, sql, Math.min(BLOCK_BYTES, session.server.maxAllowedPacket - MARGIN_BYTES));
  const statement = sql.loadData(config.charset);
  try {
    const result = await textQuery(
      session,
      { sql: statement, infileStreamFactory: () => lines.open() },
      `Loading into ${quoteTable(load.target)}`,
    );
    return await outcome(session, result as LoadDataResult, lines);
  } catch (error) {
    if (lines.refusedRow !== undefined) return { kind: "stopped", row: lines.refusedRow };
    const reason = unavailable(error);
    if (reason !== undefined && !lines.isOpen) return { kind: "unavailable", reason };
    const refused = refusedBy(error);
    if (refused !== undefined) return { kind: "changed", refused };
    throw error;
  } finally {
    lines.close();
  }
}

/** What mysql2 makes of the server's answer. */
interface LoadDataResult {
  readonly affectedRows: number;
  readonly warningStatus: number;
}

async function outcome(
  session: Session,
  { affectedRows, warningStatus }: LoadDataResult,
  lines: Lines,
): Promise<LoadDataOutcome> {
  const refused = await changeOf(session, warningStatus);
  if (refused !== undefined) return { kind: "changed", refused };
  if (affectedRows === lines.rows) return { kind: "loaded", rows: affectedRows };
  const message = `the server has taken ${affectedRows} of ${lines.rows} rows, and does not say why`;
  return { kind: "changed", refused: { errno: 0, message } };
}

function unavailable(error: unknown): string | undefined {
  const errno = serverErrno(error);
  return errno !== undefined && UNAVAILABLE.has(errno) ? (error as Error).message : undefined;
}

/** The rows as the bytes of a file. mysql2 takes them as fast as the socket does. */
class Lines {
  readonly #ctx: DriverContext;
  readonly #sql: RowSql;
  readonly #blockBytes: number;
  #stream: Readable | undefined;
  rows = 0;
  /** The first row that has no line. */
  refusedRow: number | undefined;

  constructor(ctx: DriverContext, sql: RowSql, blockBytes: number) {
    this.#ctx = ctx;
    this.#sql = sql;
    this.#blockBytes = blockBytes;
  }

  open(): Readable {
    this.#stream = Readable.from(this.#blocks());
    // mysql2 stops listening when the connection is lost, and has told of that: what the stream meets then is a consequence.
    this.#stream.on("error", () => undefined);
    return this.#stream;
  }

  /** Whether the server has asked for the rows. */
  get isOpen(): boolean {
    return this.#stream !== undefined;
  }

  close(): void {
    this.#stream?.destroy();
  }

  /** Blocks of bytes; where one ends has no meaning. */
  async *#blocks(): AsyncGenerator<Buffer> {
    const connection = await this.#ctx.connect();
    try {
      const block = new Block(this.#blockBytes);
      for await (const { rowCount, columns } of connection.stream(this.#sql.lines)) {
        for (let row = 0; row < rowCount; row++) {
          const line = columns[0]?.get(row) as Uint8Array | null;
          if (line === null) throw this.#refuse();
          this.rows++;
          if (block.take(line)) continue;
          yield* block.rest();
          if (!block.take(line)) yield* block.pieces(line);
        }
        this.#ctx.progress({ rows: this.rows });
      }
      yield* block.rest();
    } finally {
      connection.close();
    }
  }

  #refuse(): Error {
    this.refusedRow = this.rows;
    return new Error("a row has no line");
  }
}

/** Gathers lines into packets. */
class Block {
  readonly #size: number;
  #bytes: Buffer;
  #used = 0;

  constructor(size: number) {
    this.#size = size;
    this.#bytes = Buffer.allocUnsafe(size);
  }

  /** Whether there was room for a line and its end. */
  take(line: Uint8Array): boolean {
    const end = this.#used + line.length;
    if (end >= this.#size) return false;
    this.#bytes.set(line, this.#used);
    this.#bytes[end] = NEWLINE;
    this.#used = end + 1;
    return true;
  }

  /** A line that is longer than a block. The one after it begins with its end. */
  *pieces(line: Uint8Array): Generator<Buffer> {
    for (let at = 0; at < line.length; at += this.#size)
      yield Buffer.from(line.subarray(at, at + this.#size));
    this.#bytes[this.#used++] = NEWLINE;
  }

  *rest(): Generator<Buffer> {
    if (this.#used === 0) return;
    yield this.#bytes.subarray(0, this.#used);
    this.#bytes = Buffer.allocUnsafe(this.#size);
    this.#used = 0;
  }
}
