import type { CheckRequest, CheckResult } from "@osiris/core";
import type { MysqlConnection } from "../config.ts";
import { openSession } from "../connection/session.ts";

/** Skeleton. */
export async function checkConnection({
  connection,
  signal,
}: CheckRequest<MysqlConnection>): Promise<CheckResult> {
  await using session = await openSession(connection as MysqlConnection, { purpose: "read", signal });
  return { details: `${session.server.product} ${session.server.version}` };
}
