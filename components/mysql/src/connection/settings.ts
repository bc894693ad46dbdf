import type { MysqlConnection } from "../config.ts";
import type { Purpose } from "./client-options.ts";

/** For a server that has something to send or to get while DuckDB commits: the usual half minute ends long reads. */
const TRANSFER_SECONDS = 3600;
/** For a session with nothing to do, such as one of a snapshot whose turn has not come: MySQL's own default, which many lower. */
const IDLE_SECONDS = 28_800;

/**
 * Strict, so that no value is cut or bent to fit. Nothing else is asked of the server's own mode: names stand in backquotes
 * (no ANSI_QUOTES), backslashes escape, CHAR comes without its padding, and dates that no calendar has can be read and compared.
 */
const SQL_MODE = "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO";

/** What a session is told first, so that no server's own settings change what is read or written. */
export function sessionSettings(
  { charset }: MysqlConnection,
  purpose: Purpose["purpose"],
): readonly string[] {
  const variables = {
    ...charsets(charset, purpose),
    time_zone: "'+00:00'",
    sql_mode: `'${SQL_MODE}'`,
    autocommit: "1",
    // A global limit would make tables shorter without a word.
    sql_select_limit: "18446744073709551615",
    sql_safe_updates: "0",
    // Texts of errors are read by people, and one of them by code: the key of a row.
    lc_messages: "'en_US'",
    net_write_timeout: String(TRANSFER_SECONDS),
    net_read_timeout: String(TRANSFER_SECONDS),
    wait_timeout: String(IDLE_SECONDS),
  };
  const set = Object.entries(variables).map(([name, value]) => `${name} = ${value}`);
  return [
    `SET SESSION ${set.join(", ")}`,
    ...(purpose === "read" ? ["SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"] : []),
  ];
}

/**
 * Results without a charset come as they are stored, and keep what each column says of itself. A literal is text for comparing
 * when rows are read; when they are written, it is bytes to store. Statements themselves are UTF-8 always.
 */
function charsets(
  charset: MysqlConnection["charset"],
  purpose: Purpose["purpose"],
): Readonly<Record<string, string>> {
  return {
    character_set_client: "utf8mb4",
    character_set_connection: charset === "binary" && purpose === "write" ? "binary" : "utf8mb4",
    character_set_results: charset === "binary" ? "NULL" : "utf8mb4",
  };
}
