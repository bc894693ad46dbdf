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
  if (!/[:=_\-']|AKIA|AIza|eyJ|bearer|basic|identified/i.test(text)) return [];
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
    const isKey = /^(sig|signature|key)$/i.test(name) && text.includes("://");
    if (!(isSecretName(name) || isKey) || !isLiteralSecret(value)) continue;
    const end = match.index + match[0].length;
    yield { code: "secret.url", what: `a URL with the parameter ${name}`, start: end - value.length, end };
  }
}

const DSN_PAIR =
  /(?<![\w?&])(?<name>[A-Za-z][A-Za-z_ -]{0,30}?)\s{0,9}=\s{0,9}(?<value>"(?:[^"\\]|\\.|""){0,300}"|'(?:[^'\\]|\\.|''){0,300}'|\{(?:[^}]|\}\}){0,300}\}|[^\s;&,]+)/gs;

/** Connection strings of libpq, ODBC, ADO: `host=db password=x`, `Server=db;Pwd=x`. */
function* secretsInDsn(text: string, offset: number): Iterable<SecretInText> {
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

const SQL_PASSWORD =
  /\b(?:identified\s{1,9}(?:with\s{1,9}\S{1,99}\s{1,9})?(?:by|as)|password|secret|token|access_key|secret_access_key)\s{0,9}(?:=|:=|\()?\s{0,9}[en]?'(?<value>(?:[^']|'')+)'/gi;
const SQL_USER_PASSWORD =
  /\bidentified\s{1,9}(?:with\s{1,9}\S{1,99}\s{1,9})?(?:by|as)\s{1,9}(?!')(?<value>"[^"]{1,300}"|[^\s;]+)/gi;
const SQL_STRING = /'(?<value>(?:[^']|'')*)'/g;

/** `CREATE SECRET (… PASSWORD 'x')`, `IDENTIFIED BY 'x'`, `ATTACH 'host=db password=x'`. */
function* secretsInSql(sql: string): Iterable<SecretInText> {
  for (const [form, after] of [
    [SQL_PASSWORD, 1],
    [SQL_USER_PASSWORD, 0],
  ] as const) {
    for (const match of sql.matchAll(form)) {
      const value = match.groups?.["value"] ?? "";
      if (!isLiteralSecret(value)) continue;
      const end = match.index + match[0].length - after;
      yield { code: "secret.sql", what: "SQL with a password", start: end - value.length, end };
    }
  }
  for (const match of sql.matchAll(SQL_STRING)) {
    const value = match.groups?.["value"] ?? "";
    // One pair alone is a comparison or a label; a connection string names its server as well.
    if ((value.match(/\w\s*=/g) ?? []).length < 2) continue;
    for (const found of secretsInDsn(value, match.index + 1)) {
      yield { ...found, code: "secret.sql", what: "SQL with a password" };
    }
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
  ["a Stripe key", /\b[rs]k_(?:live|test)_\w{10,}/g],
  ["a PostHog personal API key", /\bphx_\w{20,}/g],
  ["a Supabase key", /\b(?:sb_secret_|sbp_)\w{16,}/g],
  ["an npm token", /\bnpm_[A-Za-z0-9]{30,}/g],
  ["an access token", /\b(?:bearer|basic)\s{1,9}(?<token>(?=[\w.~+/=-]{0,200}\d)[\w.~+/=-]{8,})/gi],
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
