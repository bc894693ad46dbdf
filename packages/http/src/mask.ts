import { Secret } from "@osiris/core";

/** Shorter ones are in every other word. */
const SHORTEST = 3;

/**
 * Takes the credentials that are sent in headers out of texts: the {@link Secret}s, what follows a scheme in them (`Bearer …`), and
 * user name and password of `Basic …`; each as it is, as it stands in a URL, and in base64.
 */
export function credentialMask(headers: Readonly<Record<string, string | Secret>>): (text: string) => string {
  const credentials = Object.values(headers).flatMap((value) =>
    value instanceof Secret ? partsOf(value.reveal()) : [],
  );
  const forms = credentials.flatMap((text) => [
    text,
    encodeURIComponent(text.toWellFormed()),
    Buffer.from(text).toString("base64"),
  ]);
  // A longer one may hold a shorter one, of which the rest would stay.
  const longestFirst = [...new Set(forms)]
    .filter(({ length }) => length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((masked, form) => masked.replaceAll(form, "***"), text);
}

function partsOf(value: string): readonly string[] {
  const [, scheme, rest] = /^(\S+) +(.+)$/.exec(value) ?? [];
  if (scheme === undefined || rest === undefined) return [value];
  if (scheme.toLowerCase() !== "basic") return [value, rest];
  const login = Buffer.from(rest, "base64").toString("utf8");
  const colon = login.indexOf(":");
  return [value, rest, login, ...(colon < 0 ? [] : [login.slice(0, colon), login.slice(colon + 1)])];
}
