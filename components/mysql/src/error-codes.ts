import type { ErrorDetails } from "@osiris/core";

/** What an error means. */
export interface Reading extends Pick<ErrorDetails, "code" | "category" | "hint" | "retryable"> {
  /** In plain words, after a colon. */
  readonly what: string;
}

/** What a client knows of an error. */
export interface ErrorFacts {
  /** The server's number. */
  readonly errno: number | undefined;
  /** A name of the system, of Node's TLS or of mysql2. */
  readonly code: string | undefined;
  /** Of the server's error; `""` where there is none. */
  readonly sqlState: string;
  readonly fatal: boolean;
}

/** undefined: it is no error of a server or a network that is known. */
export function readingOf({ errno, code, sqlState, fatal }: ErrorFacts): Reading | undefined {
  if (errno !== undefined) {
    return BY_NUMBER.get(`${errno}/${sqlState}`) ?? BY_NUMBER.get(`${errno}`) ?? byState(sqlState);
  }
  if (code !== undefined)
    return BY_NAME.get(code) ?? (/^(ERR_SSL_|ERR_TLS_|EPROTO$)/.test(code) ? TLS : undefined);
  // What mysql2 says, without a code, of a command for a connection that has ended.
  return fatal ? LOST : undefined;
}

const AUTH: Reading = {
  code: "mysql.auth_failed",
  category: "usage",
  what: "the server does not let this user in",
  hint: "Check user and password, and from where the account may sign in. A server says the same when the account needs TLS (tls: required) or a client's certificate (tls_cert, tls_key).",
};
const AUTH_METHOD: Reading = {
  code: "mysql.auth_method",
  category: "usage",
  what: "the account signs in by a method that this client does not have",
  hint: "Give the account one of caching_sha2_password, sha256_password or mysql_native_password; a password in clear text (mysql_clear_password) is sent with tls: verify_ca or verify_identity only.",
};
const PERMISSION: Reading = {
  code: "mysql.permission_denied",
  category: "usage",
  what: "the user lacks a right",
  hint: "Grant it, or sign in as a user who has it.",
};
const READ_ONLY: Reading = {
  code: "mysql.read_only",
  category: "usage",
  what: "nothing can be written here",
  hint: "A reading step cannot write. For a writing step: is this a replica, or is the server read_only?",
};
const UNREACHABLE: Reading = {
  code: "mysql.unreachable",
  category: "external",
  what: "the server cannot be reached",
  hint: "Check host and port, the network, a VPN and firewalls.",
  retryable: true,
};
const REFUSED: Reading = {
  code: "mysql.connection_refused",
  category: "external",
  what: "nobody answers at this address",
  hint: "Check host and port (or socket), and that the server runs.",
  retryable: true,
};
const UNKNOWN_HOST: Reading = {
  code: "mysql.host_not_found",
  category: "external",
  what: "the server's name is not known",
  hint: "Check the spelling of host.",
};
const LOST: Reading = {
  code: "mysql.connection_lost",
  category: "external",
  what: "the connection to the server was lost",
  hint: "Another try may succeed. If it happens always at the same place, look into the server's log.",
  retryable: true,
};
const ENDED: Reading = {
  ...LOST,
  what: "the server has ended the connection",
  hint: "It was stopped, or somebody or one of its time limits ended the connection. Another try may succeed.",
};
const PROTOCOL: Reading = {
  code: "mysql.protocol",
  category: "external",
  what: "the answer is not one of a MySQL server",
  hint: "Check that host and port lead to MySQL or MariaDB; MySQL's X protocol, port 33060, is another one.",
};
const NO_TLS: Reading = {
  code: "mysql.tls_unavailable",
  category: "external",
  what: "the server offers no TLS",
  hint: "Turn TLS on in the server, or set tls: preferred, which sends everything readable on the way.",
};
const TLS: Reading = {
  code: "mysql.tls_failed",
  category: "external",
  what: "no encrypted connection came about",
  hint: "Server and client may share no version or cipher of TLS, or the server wants a client's certificate (tls_cert, tls_key).",
};
const CERTIFICATE: Reading = {
  code: "mysql.certificate",
  category: "external",
  what: "the server's certificate is not trusted",
  hint: "Name the authority that signed it in tls_ca. tls: required encrypts without checking who answers.",
};
const CONFIG: Reading = {
  code: "mysql.config",
  category: "usage",
  what: "the server does not take this",
};
const SYNTAX: Reading = {
  code: "mysql.syntax",
  category: "usage",
  what: "the server does not understand the SQL",
  hint: "Check query or where. Names in double quotes and || for joining text are off: names stand in backquotes.",
};
const LIMIT: Reading = {
  code: "mysql.too_many_connections",
  category: "external",
  what: "the server takes no more connections",
  hint: "Another try may succeed. If it happens often, raise max_connections or the account's limit, or run fewer steps at once.",
  retryable: true,
};
const STATEMENT_TIME: Reading = {
  code: "mysql.statement_timeout",
  category: "external",
  what: "the statement took longer than the server allows",
  hint: "Raise the server's limit (max_execution_time, or MariaDB's max_statement_time), or read less at a time: batch_size.",
};
const STOPPED: Reading = {
  code: "mysql.statement_stopped",
  category: "external",
  what: "somebody has stopped the statement on the server",
  hint: "It is not begun again by itself. Ask those who run the server why, then run the pipeline with --resume.",
};
const PACKET: Reading = {
  code: "mysql.packet_too_large",
  category: "external",
  what: "a statement or a row is larger than the server takes",
  hint: "Raise max_allowed_packet on the server.",
};
const DEADLOCK: Reading = {
  code: "mysql.deadlock",
  category: "external",
  what: "the server rolled the transaction back because of a deadlock",
  hint: "Another try may succeed.",
  retryable: true,
};
const LOCK_WAIT: Reading = {
  code: "mysql.lock_timeout",
  category: "external",
  what: "another transaction holds a lock for too long",
  hint: "Another try may succeed. SHOW ENGINE INNODB STATUS tells who holds it.",
  retryable: true,
};
const FULL: Reading = {
  code: "mysql.out_of_space",
  category: "external",
  what: "the server has no room",
  hint: "Make room on the server's disk.",
};
const DATA: Reading = {
  code: "mysql.data_refused",
  category: "data",
  what: "the server refuses a value",
};
const DUPLICATE: Reading = {
  code: "mysql.duplicate_key",
  category: "data",
  what: "a row has a key that is taken",
  hint: "mode: upsert updates such rows; on_row_error: reject leaves them out.",
};
const FOREIGN_KEY: Reading = {
  code: "mysql.foreign_key",
  category: "data",
  what: "a foreign key forbids it",
  hint: "Write the table that it points to first.",
};
const REFERRED_TO: Reading = {
  ...FOREIGN_KEY,
  hint: "Rows of another table refer to rows that would go: delete or change those first.",
};
const CHECK: Reading = {
  code: "mysql.check_constraint",
  category: "data",
  what: "a row does not meet a condition of the table",
};

const BY_NUMBER = new Map<string, Reading>([
  ...named(AUTH, 1045, 1698, 1251, 1862, 1820, 3118, 3159, 4151),
  ...named(AUTH_METHOD, 1524, 2059),
  ...named(PERMISSION, 1044, 1142, 1143, 1227, 1370, 1345, 3566),
  ...named(READ_ONLY, 1792, 1290, 1036, 1836),
  ...named(UNREACHABLE, 1129, 1130),
  ...named(ENDED, 1053, 1927, 1152, 1158, 1159, 1160, 1161, 1184, 2006, 2013, 3169, 4031),
  ...named(LIMIT, 1040, 1203, 1226),
  ...named(STATEMENT_TIME, 3024, 1969),
  ...named(STOPPED, 1317),
  ...named(PACKET, 1153, 1301, 1162),
  ...named(DEADLOCK, 1213),
  ...named(LOCK_WAIT, 1205),
  ...named(FULL, 1021, 1114, 3),
  ...named(SYNTAX, 1064, 1149),
  ...named(DUPLICATE, 1062, 1022, 1586),
  ...named(FOREIGN_KEY, 1452, 1216),
  ...named(REFERRED_TO, 1451, 1217),
  // 4025 is another error in MySQL, whose state is another one, too.
  ...named(CHECK, 3819, "4025/23000"),
  ...named(DATA, 1048, 1264, 1406, 1366, 1292, 1265, 1364, 1263, 1367, 1411, 3140, 1416, 1690, 1365, 1242),
  ...config(
    "mysql.broken_view",
    "the view does not work any more",
    "A table, a column or a right that it needs is gone: SHOW CREATE VIEW tells.",
    1356,
    1449,
  ),
  ...config("mysql.unknown_database", "there is no such database", "Check database.", 1049, 1046),
  ...config(
    "mysql.unknown_table",
    "there is no such table",
    "Check table, schema and database. On some systems the case of letters counts.",
    1146,
    1051,
  ),
  ...config(
    "mysql.unknown_column",
    "there is no such column",
    "Check columns, where and the names in query.",
    1054,
  ),
  ...config(
    "mysql.ambiguous_column",
    "a column's name fits several tables",
    "Put the table in front of it.",
    1052,
  ),
  ...config("mysql.unknown_function", "there is no such function", "Check query or where.", 1305, 1128),
  ...config("mysql.table_exists", "a table of this name exists", "Choose another name.", 1050),
  ...config(
    "mysql.local_infile",
    "the server does not take LOAD DATA LOCAL",
    "Set local_infile on the server, or load: insert.",
    1148,
    3948,
    4166,
  ),
]);

const BY_NAME = new Map<string, Reading>([
  ...named(REFUSED, "ECONNREFUSED", "ENOENT"),
  ...named(
    { ...REFUSED, what: "the socket may not be used", hint: "Check the rights of socket's folder." },
    "EACCES",
  ),
  ...named(UNKNOWN_HOST, "ENOTFOUND"),
  ...named(
    {
      ...UNKNOWN_HOST,
      what: "the name service does not answer",
      hint: "Check the network.",
      retryable: true,
    },
    "EAI_AGAIN",
  ),
  ...named(UNREACHABLE, "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN", "EHOSTDOWN", "EADDRNOTAVAIL"),
  ...named(LOST, "ECONNRESET", "ECONNABORTED", "EPIPE", "PROTOCOL_CONNECTION_LOST", "ERR_STREAM_DESTROYED"),
  ...named(ENDED, "ER_CLIENT_INTERACTION_TIMEOUT", "ER_SERVER_SHUTDOWN"),
  ...named(PROTOCOL, "PROTOCOL_ERROR", "PROTOCOL_UNEXPECTED_PACKET", "HANDSHAKE_UNKNOWN_ERROR"),
  ...named(AUTH_METHOD, "AUTH_SWITCH_PLUGIN_ERROR", "MYSQL_CLEAR_PASSWORD_NOT_ENABLED"),
  ...named(NO_TLS, "HANDSHAKE_NO_SSL_SUPPORT"),
  ...named(TLS, "HANDSHAKE_SSL_ERROR"),
  ...named(
    CERTIFICATE,
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "CERT_UNTRUSTED",
    "CERT_SIGNATURE_FAILURE",
  ),
  ...named(
    {
      ...CERTIFICATE,
      what: "the server's certificate is not valid now",
      hint: "Renew it; check both clocks.",
    },
    "CERT_HAS_EXPIRED",
    "CERT_NOT_YET_VALID",
  ),
  ...named(
    {
      ...CERTIFICATE,
      what: "the server's certificate is for another name",
      hint: "Check host: it has to be a name or address that the certificate lists. tls: verify_ca does not compare names.",
    },
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ),
]);

/** An error that has no entry: the class of its SQLSTATE tells whose move it is. */
function byState(sqlState: string): Reading {
  const state = sqlState.slice(0, 2);
  if (state === "08") return LOST;
  if (state === "28") return AUTH;
  if (state === "40") return { ...DEADLOCK, what: "the server rolled the transaction back" };
  if (state === "22" || state === "23") return DATA;
  if (state === "42") return CONFIG;
  return { code: "mysql.server_error", category: "external", what: "the server reports an error" };
}

function named(
  reading: Reading,
  ...keys: readonly (number | string)[]
): readonly (readonly [string, Reading])[] {
  return keys.map((key) => [String(key), reading] as const);
}

function config(
  code: string,
  what: string,
  hint: string,
  ...numbers: readonly number[]
): readonly (readonly [string, Reading])[] {
  return named({ ...CONFIG, code, what, hint }, ...numbers);
}
