import type { MysqlConnection } from "../config.ts";
import type { TlsFiles } from "./client-options.ts";
import { closedByUs, openWire, signedIn } from "./wire.ts";

const LIMIT_MS = 2000;

/**
 * Stops what a session still does on the server, whose client has gone: the server would notice that only when it has something to
 * send. At most two seconds, and best effort: a server that cannot be reached, or has ended the statement, needs nothing of us.
 */
export async function stopStatement(
  config: MysqlConnection,
  tls: TlsFiles | undefined,
  threadId: number,
): Promise<void> {
  const wire = openWire(config, "read", tls);
  const timer = setTimeout(() => wire.end(closedByUs()), LIMIT_MS);
  try {
    await signedIn(wire);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    wire.ended.addEventListener("abort", resolve);
    wire.client.query(`KILL QUERY ${threadId}`, resolve);
    await promise;
  } catch {
    // See above.
  } finally {
    await wire.close();
    clearTimeout(timer);
  }
}
