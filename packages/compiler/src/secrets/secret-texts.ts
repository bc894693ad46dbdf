import { referencesIn } from "../references.ts";
import { isSecretName } from "./secret-names.ts";

/** A secret inside a text: what kind, and where it begins and ends. */
export interface SecretInText {
  readonly code: "secret.url" | "secret.dsn" | "secret.sql" | "secret.token";
  /** What was found, for a message: never the secret itself. */
  readonly what: string;
  readonly start: number;
  readonly end: number;
}

/**
 * True when a text that should be secret is written out. References, the punctuation between them and the name of an
 * authentication scheme are not; a reference's fallback is.
 */
export function isLiteralSecret(text: string): boolean {
  let rest = "";
  let done = 0;
  for (const reference of referencesIn(text)) {
    if (reference.kind !== "env") continue;
    rest += text.slice(done, reference.start) + (reference.fallback ?? "");
    done = reference.end;
  }
  rest += text.slice(done);
  return !/^(?:bearer|basic|token|apikey|key)?[\s:;,=*."'(){}<>[\]]*$/i.test(rest.trim());
}

/** Secrets that show by their form, wherever they stand. `sql` adds what only SQL texts have. */
export function secretsInText(text: string, kind: "text" | "sql"): readonly SecretInText[] {
  // Every form below needs one of these: most texts are done here.
  if (!/[:=_\-']|AKIA|AIza|SG\.|eyJ|bearer|basic|identified/i.test(text)) return [];
  return [
    ...secretsInUrls(text),
    ...(kind === "sql" ? secretsInSql(text) : secretsInDsn(text, 0)),
    ...tokens(text),
  ];
}

// The forms below are tried at every place of texts that may be megabytes long. What they repeat is bounded, or can
// begin at few places only: the time that they take grows with the text, and not with its square.

// The password may hold any character but white space and quotes. A port and a path after it are no password, unless an
// @ follows before the path begins.
const USER_INFO =
  /:\/\/[^\s:/?#@"'<>]*:(?<password>(?!\d{1,5}(?:[/?#\s"',]|$))[^\s"']{0,1000}(?=@)|[^\s"'/?#]{0,1000}(?=@))/g;
const URL_PARAMETER = /[?&](?<name>[\w.-]+)=(?<value>[^&#\s"']+)/g;
/** Where all of the text is a URL, it may hold those too: URL parsers take them. */
const WHOLE_URL = /^\s*[a-z][a-z0-9+.-]{0,30}:\/\/[^\r\n]*$/i;
const WHOLE_USER_INFO =
  /^[^:]*:\/\/[^\s:/?#@]*:(?<password>(?!\d{1,5}(?:[/?#\s"',]|$)).*(?=@)|[^/?#]*(?=@))/g;
const WHOLE_URL_PARAMETER = /[?&](?<name>[\w.-]+)=(?<value>[^&#]+)/g;

function* secretsInUrls(text: string): Iterable<SecretInText> {
  const isUrl = WHOLE_URL.test(text);
  for (const match of text.matchAll(isUrl ? WHOLE_USER_INFO : USER_INFO)) {
    const password = match.groups?.["password"] ?? "";
    if (!isLiteralSecret(password)) continue;
    const end = match.index + match[0].length;
    yield { code: "secret.url", what: "a URL with a password", start: end - password.length, end };
  }
  for (const match of text.matchAll(isUrl ? WHOLE_URL_PARAMETER : URL_PARAMETER)) {
    const { name = "", value = "" } = match.groups ?? {};
    // These mean something else outside of URLs.
    const isKey =
      (/^sig$|signature$/i.test(name) || (/^key$/i.test(name) && value.length >= 16)) && text.includes("://");
    if (!(isSecretName(name) || isKey) || !isLiteralSecret(value)) continue;
    const end = match.index + match[0].length;
    yield { code: "secret.url", what: `a URL with the parameter ${name}`, start: end - value.length, end };
  }
}

const DSN_PAIR =
  /(?<![\w?&])(?<name>[A-Za-z][A-Za-z_ -]{0,30}?)\s{0,9}=\s{0,9}(?<value>"(?:[^"\\]|\\.|""){0,300}"|'(?:[^'\\]|\\.|''){0,300}'|\{(?:[^}]|\}\}){0,300}\}|[^\s;&,]+)/gs;

/** Without one of these beside it, `password=…` is a label, a path or prose. */
const SERVER_PAIR =
  /(?<![\w?&])(?:host|hostaddr|server|data source|addr|address|user|uid|username|user id|dbname|database|initial catalog|driver|sslmode|accountname|endpoint)\s{0,9}=/i;

/** Connection strings of libpq, ODBC, ADO: `host=db password=x`, `Server=db;Pwd=x`. */
function* secretsInDsn(text: string, offset: number): Iterable<SecretInText> {
  if (!SERVER_PAIR.test(text)) return;
  for (const match of text.matchAll(DSN_PAIR)) {
    const { name = "", value = "" } = match.groups ?? {};
    if (!isSecretName(name.trim()) || !isLiteralSecret(value)) continue;
    const end = offset + match.index + match[0].length;
    yield {
      code: "secret.dsn",
      what: `a connection string with ${name.trim()}`,
      start: end - value.length,
      end,
    };
  }
}

/** A text, a quoted name, a comment: what a word inside means is another matter. */
const SQL_PIECE = /(?<text>'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*")|--[^\n]*|\/\*[^]*?(?:\*\/|$)/g;
/** What stands before a password in SQL. A comparison (`token = 'x'`) is none. */
const SQL_BEFORE =
  /(?:\bidentified\s{1,9}(?:with\s{1,9}\S{1,99}\s{1,9})?(?:by|as)|\bpassword|\bset\s{1,9}password(?:\s{1,9}for\s{1,9}\S{1,99})?\s{0,9}=)\s{0,9}\(?\s{0,9}[en]?$/i;
const SQL_BEFORE_IN_SECRET = /\b(?:password|secret|token|session_token|bearer_token)\s{1,9}$/i;
const CREATE_SECRET = /\bcreate\s[\w\s]{0,60}\bsecret\b/i;
const SQL_BARE = /\bidentified\s{1,9}(?:with\s{1,9}\S{1,99}\s{1,9})?(?:by|as)\s{1,9}(?<value>[^\s;'"]+)/gi;

/** `CREATE SECRET (… PASSWORD 'x')`, `IDENTIFIED BY 'x'`, `ATTACH 'host=db password=x'`. */
function* secretsInSql(sql: string): Iterable<SecretInText> {
  const found = (start: number, end: number): SecretInText => ({
    code: "secret.sql",
    what: "SQL with a password",
    start,
    end,
  });
  const makesSecret = CREATE_SECRET.test(sql);
  let done = 0;
  for (const match of sql.matchAll(SQL_PIECE)) {
    const code = sql.slice(Math.max(done, match.index - 300), match.index);
    done = match.index + match[0].length;
    const quoted = match.groups?.["text"] ?? match.groups?.["name"];
    if (quoted === undefined) continue;
    const value = quoted.slice(1, -1);
    const isPassword = SQL_BEFORE.test(code) || (makesSecret && SQL_BEFORE_IN_SECRET.test(code));
    if (isPassword && isLiteralSecret(value)) yield found(match.index + 1, done - 1);
    if (match.groups?.["text"] === undefined) continue;
    for (const { start, end } of secretsInDsn(value, match.index + 1)) yield found(start, end);
  }
  for (const match of sql.matchAll(SQL_BARE)) {
    const value = match.groups?.["value"] ?? "";
    const end = match.index + match[0].length;
    if (isLiteralSecret(value)) yield found(end - value.length, end);
  }
}

/** Forms that their issuers document, so that leaked ones can be found. */
const TOKENS: readonly (readonly [what: string, form: RegExp])[] = [
  [
    "a private key",
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|$)/g,
  ],
  ["a JSON web token", /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g],
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ["a Google API key", /\bAIza[\w-]{35}\b/g],
  ["a GitHub token", /\b(?:gh[pousr]_\w{30,}|github_pat_\w{30,})/g],
  ["a Slack token", /\bxox[abeprs]-[\w-]{10,}/g],
  ["a Stripe key", /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}/g],
  ["a GitLab token", /\bglpat-[\w-]{16,}/g],
  ["an API key", /\bsk-(?:ant|proj|svcacct)-[\w-]{8,}/g],
  ["a SendGrid key", /\bSG\.[\w-]{16,}\.[\w-]{16,}/g],
  ["a Slack webhook", /(?<=hooks\.slack\.com\/services\/)T\w{6,}\/B\w{6,}\/\w{10,}/g],
  ["a password", /(?<=(?:^|[\s"'])[\w.-]{1,99}:)[^@\s]{1,300}(?=@(?:tcp|unix)\()/g],
  ["a PostHog personal API key", /\bphx_\w{20,}/g],
  ["a Supabase key", /\b(?:sb_secret_|sbp_)\w{16,}/g],
  ["an npm token", /\bnpm_[A-Za-z0-9]{30,}/g],
  ["an access token", /^\s*(?:bearer|basic)\s{1,9}(?<token>[\w.~+/=-]{4,})\s*$/gi],
  [
    "an access token",
    /authorization["']?\s{0,9}[:=]\s{0,9}["']?(?:bearer|basic)\s{1,9}(?<token>[\w.~+/=-]{4,})/gi,
  ],
];

function* tokens(text: string): Iterable<SecretInText> {
  for (const [what, form] of TOKENS) {
    for (const match of text.matchAll(form)) {
      const end = match.index + match[0].length;
      const start = end - (match.groups?.["token"] ?? match[0]).length;
      yield { code: "secret.token", what, start, end };
    }
  }
}
