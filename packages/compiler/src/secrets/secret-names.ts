/** Also as the end of a word: `dbpassword`, `PGPASSWORD`, `accesstoken`. */
const ENDINGS = /(?:password|passwd|passphrase|secret|token|apikey)s?$/;
const LAST_WORDS: ReadonlySet<string> = new Set(
  "pwd pw pass userpass authorization credential credentials cookie bearer jwt".split(" "),
);
const LAST_PAIRS: ReadonlySet<string> = new Set(
  "api access private secret service role anon client auth signing encryption account shared"
    .split(" ")
    .map((word) => `${word} key`),
);
/** What a token is for, where it opens no door: `next_token`, `pageToken`. */
const PLACES = new Set("page next previous prev cursor continuation sync start last resume".split(" "));

/** True for names that secrets usually have: `password`, `auth_token`, `X-Api-Key`, `clientSecret`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replaceAll(/\d+(?=$|[^a-z0-9])/g, "")
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "" && word !== "value");
  const [before = "", last = ""] = [words.at(-2), words.at(-1)];
  if (/tokens?$/.test(last) && PLACES.has(before)) return false;
  return ENDINGS.test(last) || LAST_WORDS.has(last) || LAST_PAIRS.has(`${before} ${last}`);
}

/** True for the name of a map whose values are HTTP headers. */
export function isHeaderMap(name: string): boolean {
  return /(^|[_-])headers?$|[a-z]Headers?$/.test(name) || name.toLowerCase() === "headers";
}

/** True for the name of something that may be, or hold, secrets: for texts of which no more is known. */
export function mayHoldSecrets(name: string, secretNames: ReadonlySet<string>): boolean {
  return isSecretName(name) || isHeaderMap(name) || secretNames.has(name);
}

/** Headers that carry no credentials: all others may, under names that only their server knows. */
const HARMLESS_HEADER =
  /^(accept(-[a-z]+)?|content-(type|encoding|language)|user-agent|cache-control|prefer|if-[a-z-]+|origin|referer|range|x-requested-with|x-tenant(-id)?|x-request-(id|source)|x-correlation-id|([a-z-]+-)?version)$/i;

export function isHarmlessHeader(name: string): boolean {
  return HARMLESS_HEADER.test(name);
}
