import type { DriverContext } from "@osiris/core";
import type { MysqlExtractorConfig } from "../config.ts";
import { openSession, type Session } from "../connection/session.ts";
import type { Selection } from "./selection.ts";
import type { StepTable } from "./step-table.ts";

/** What all ways of reading share. */
export interface Reading {
  readonly config: MysqlExtractorConfig;
  readonly ctx: DriverContext;
  readonly selection: Selection;
  readonly table: StepTable;
  /** All that were opened, to ask them how much they have read. */
  readonly sessions: Session[];
}

/** Opens a session that is the caller's to close. */
export async function openReader(
  { config, ctx, sessions }: Pick<Reading, "config" | "ctx" | "sessions">,
  signal: AbortSignal = ctx.signal,
): Promise<Session> {
  const session = await openSession(config, { purpose: "read", signal });
  sessions.push(session);
  return session;
}

/** From here on the session sees the rows of this moment, and no others. */
export async function beginSnapshot(session: Session): Promise<void> {
  await session.run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
}
