const LAST_WORDS: ReadonlySet<string> = new Set(
  "password passwords passwd pwd pass passphrase secret secrets token tokens apikey authorization credential credentials cookie dsn bearer jwt".split(
    " ",
  ),
);
const LAST_PAIRS: ReadonlySet<string> = new Set(
  "api access private secret service role anon client auth signing encryption account shared"
    .split(" ")
    .map((word) => `${word} key`)
    .concat("connection string"),
);

/** True for names that secrets usually have: `password`, `auth_token`, `X-Api-Key`, `clientSecret`. */
export function isSecretName(name: string): boolean {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  return LAST_WORDS.has(words.at(-1) ?? "") || LAST_PAIRS.has(words.slice(-2).join(" "));
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
  /^(accept(-[a-z]+)?|content-(type|encoding|language)|user-agent|cache-control|prefer|if-[a-z-]+|origin|referer|range|x-requested-with|([a-z-]+-)?version)$/i;

export function isHarmlessHeader(name: string): boolean {
  return HARMLESS_HEADER.test(name);
}
