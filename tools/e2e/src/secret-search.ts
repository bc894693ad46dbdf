import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Shorter parts of a secret may be anywhere by accident. */
const SHORTEST_PART = 8;

/**
 * The forms of a secret in which it must not be found: as it is, escaped for JSON and URLs, in base64 wherever it begins
 * in what was encoded, in hexadecimal; of a long one every part of eight characters. Made apart from the code that masks.
 */
export function formsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret);
  const inBase64 = ["", "u", "u:"].map((before) => {
    const whole = Buffer.from(`${before}${secret}`).toString("base64").replaceAll("=", "");
    // The last character may hold bits of what follows, the first ones of what was before.
    return whole.slice(before === "" ? 0 : before.length + 1, -1);
  });
  const parts = Array.from({ length: Math.max(secret.length - SHORTEST_PART + 1, 0) }, (_, at) =>
    secret.slice(at, at + SHORTEST_PART),
  );
  const forms = [
    secret,
    json,
    json.replaceAll(/[\u0080-\uFFFF]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
    url,
    url.replaceAll(/%../g, (code) => code.toLowerCase()),
    new URLSearchParams({ x: secret }).toString().slice(2),
    ...inBase64.filter((form) => form.length >= SHORTEST_PART),
    ...inBase64
      .map((form) => form.replaceAll("+", "-").replaceAll("/", "_"))
      .filter((form) => form.length >= SHORTEST_PART),
    ...(secret.length * 2 >= SHORTEST_PART ? [Buffer.from(secret).toString("hex")] : []),
    ...parts.filter((part) => part.trim().length >= SHORTEST_PART),
  ];
  return [...new Set(forms)];
}

/** All files below a folder as bytes, one character each, without packages and those that `isInput` names. */
export function filesBelow(folder: string, isInput: (file: string) => boolean): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((file) => !file.startsWith("node_modules/") && !isInput(file));
  return new Map(files.map((file) => [file, readFileSync(join(folder, file), "latin1")]));
}

/** Where secrets stand: `<text>: <name of the secret>: <form>`. Texts are bytes, one character each. */
export function findLeaks(
  texts: ReadonlyMap<string, string>,
  secrets: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    formsOf(secret).flatMap((form) => {
      const bytes = Buffer.from(form, "utf8").toString("latin1");
      return [...texts].flatMap(([text, content]) => {
        const at = content.indexOf(bytes);
        // Three characters are in many a binary file.
        if (at < 0 || (form.length < 4 && text.endsWith(".duckdb"))) return [];
        return [`${text}: ${name}: ${form} in ${content.slice(Math.max(at - 60, 0), at + 60)}`];
      });
    }),
  );
}
