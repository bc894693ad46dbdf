import type { CheckRequest, CheckResult, CheckWarning } from "@osiris/core";
import type { MysqlConnection } from "../config.ts";
import { openSession, type Session } from "../connection/session.ts";
import { connectionOf } from "./connection.ts";

/** Signs in and asks about what writers and readers need. Changes nothing. */
export async function checkConnection({
  connection,
  signal,
}: CheckRequest<MysqlConnection>): Promise<CheckResult> {
  await using session = await openSession(connectionOf(connection), { purpose: "read", signal });
  const asked = performance.now();
  const [about] = await session.query("SELECT @@read_only AS read_only");
  const latency = performance.now() - asked;
  const { product, version, tls } = session.server;
  return {
    details: `${product} ${version} ${tls === undefined ? "without TLS" : `with ${tls}`}, ${latency.toFixed(latency < 10 ? 1 : 0)} ms`,
    warnings: [
      ...(isOn(about?.["read_only"]) ? [READ_ONLY] : []),
      ...(session.server.localInfile ? [] : [NO_LOAD_DATA]),
      ...(await rightsWarnings(session)),
    ],
  };
}

const READ_ONLY: CheckWarning = {
  message: "The server is read-only: writers cannot use it",
  hint: "Is it a replica? Write to its primary.",
};
const NO_LOAD_DATA: CheckWarning = {
  message:
    "The server does not take LOAD DATA LOCAL: writers send INSERT statements, which takes about three times as long",
  hint: "Set local_infile on the server, where that is allowed.",
};
const NO_RIGHTS: CheckWarning = {
  message: "The user has no right to any table",
  hint: "Grant SELECT to read, and SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER and DROP to write.",
};

/** A user who can sign in and nothing else is told so: each of the grants says `USAGE`, which is none. */
async function rightsWarnings(session: Session): Promise<readonly CheckWarning[]> {
  const grants = (await session.query("SHOW GRANTS")).flatMap((row) => Object.values(row));
  const isNone = (grant: string | null): boolean => /^GRANT (USAGE ON|PROXY ON)\b/i.test(grant ?? "");
  return grants.every(isNone) ? [NO_RIGHTS] : [];
}

/** MariaDB has words for it, too. */
function isOn(value: string | null | undefined): boolean {
  return value != null && value !== "0" && value.toUpperCase() !== "OFF";
}
