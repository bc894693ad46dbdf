import { setTimeout as wait } from "node:timers/promises";
import { backoffMs, OsirisError, type DriverContext } from "@osiris/core";
import type { MysqlWriterConfig } from "../config.ts";
import type { Session } from "../connection/session.ts";
import { serverErrno } from "../errors.ts";
import type { HeldRejects } from "./held-rejects.ts";

/** A server that rolled back says so by these: deadlock, lock wait, a record that changed, a cluster's conflict. */
const ROLLED_BACK: ReadonlySet<number> = new Set([1213, 1205, 1020, 3101]);

const BACKOFF = { delayMs: 100, maxDelayMs: 5000 };

/** What of the step the attempts of its transactions share. */
export interface Attempts {
  readonly session: Session;
  readonly config: MysqlWriterConfig;
  readonly ctx: DriverContext;
}

export interface TransactionOptions {
  /** Whether all of the step may be done again when nobody knows if the transaction was committed. */
  readonly repeatable: boolean;
  /** Whether the engine has transactions: what cannot be rolled back is not tried again. @default true */
  readonly transactional?: boolean;
  /** Whether the work ends the step, so that its rejects are complete: too many of them prevent the COMMIT. */
  readonly isLast: boolean;
}

/**
 * Does the work in one transaction, again when the server rolled it back because of a lock.
 * @throws OsirisError `mysql.commit_unclear` when the connection was lost while the transaction was being committed
 */
export async function inTransaction<T>(
  attempts: Attempts & { readonly rejects: HeldRejects | undefined },
  { repeatable, transactional = true, isLast }: TransactionOptions,
  work: () => Promise<T>,
): Promise<T> {
  const { session, rejects } = attempts;
  const forget = rejects?.mark();
  const attempt = async (): Promise<T> => {
    try {
      // The locks of the rows that were looked for and not found keep others from inserting them before we do.
      await session.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      await session.run("START TRANSACTION");
      const result = await work();
      if (isLast) await rejects?.handOn();
      await commit(session, repeatable);
      return result;
    } catch (error) {
      await rollBack(session);
      forget?.();
      throw error;
    }
  };
  return transactional ? retryLocked(attempts, attempt, () => rejects?.isHandedOn !== true) : attempt();
}

/** Calls again what failed because of a lock, at most `max_retries` times, with growing waits. */
export async function retryLocked<T>(
  { config, ctx }: Attempts,
  call: () => Promise<T>,
  mayRetry = (): boolean => true,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!isRolledBack(error) || attempt > config.max_retries || ctx.signal.aborted || !mayRetry())
        throw error;
      const delay = backoffMs(BACKOFF, attempt);
      ctx.event("mysql.retry", { reason: error.message, retry: attempt, wait_ms: delay });
      ctx.metric("mysql.retries", attempt);
      ctx.log(
        "info",
        `${config.table}: the server rolled the write back; it is tried again (${attempt} of ${config.max_retries})`,
      );
      await wait(delay, undefined, { signal: ctx.signal });
    }
  }
}

function isRolledBack(error: unknown): error is OsirisError {
  return ROLLED_BACK.has(serverErrno(error) ?? 0);
}

async function commit(session: Session, repeatable: boolean): Promise<void> {
  // What ended the session before COMMIT is sent leaves nothing unclear.
  session.ended.throwIfAborted();
  try {
    await session.run("COMMIT");
  } catch (error) {
    throw isRolledBack(error) ? error : commitUnclear(error, repeatable);
  }
}

/** The error for a connection that was lost while the server made the rows visible. */
export function commitUnclear(error: unknown, repeatable: boolean): OsirisError {
  return new OsirisError({
    code: "mysql.commit_unclear",
    category: "external",
    message: `The connection was lost while the rows were being committed: nobody knows whether they are in the table (${reasonOf(error)})`,
    hint: repeatable
      ? "Run it again: rows that are there already are written once more, with the same result."
      : "Look whether the rows of this run are in the table. If they are, this step is done; if not, run it again.",
    retryable: repeatable,
    cause: error,
  });
}

/** A server rolls back by itself what belongs to a connection that is gone. */
async function rollBack(session: Session): Promise<void> {
  if (session.ended.aborted) return;
  try {
    await session.run("ROLLBACK");
  } catch {
    session.destroy();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
