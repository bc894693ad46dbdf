/**
 * The `${…}` in a text. Parameters are filled in when a pipeline is compiled, environment variables when a step
 * starts; `$${` stands for the characters `${`.
 */
export type Reference = { readonly start: number; readonly end: number } & (
  | { readonly kind: "param"; readonly name: string }
  | { readonly kind: "env"; readonly name: string; readonly fallback?: string }
  | { readonly kind: "escape" }
  | { readonly kind: "unknown"; readonly inner: string }
);

const TOKEN = /\$\$\{|\$\{(?<inner>[^{}]*)\}/g;
const PARAM = /^params\.(?<name>[A-Za-z_][A-Za-z0-9_]*)$/;
/** Capitals only: `${day}` is far more often a parameter without its `params.` than a variable. */
const ENV = /^(?<name>[A-Z_][A-Z0-9_]*)(?::-(?<fallback>.*))?$/s;

export function referencesIn(text: string): readonly Reference[] {
  if (!text.includes("${")) return [];
  return Array.from(text.matchAll(TOKEN), (match) => {
    const at = { start: match.index, end: match.index + match[0].length };
    const inner = match.groups?.["inner"];
    if (inner === undefined) return { ...at, kind: "escape" };
    const param = PARAM.exec(inner)?.groups?.["name"];
    if (param !== undefined) return { ...at, kind: "param", name: param };
    const env = ENV.exec(inner)?.groups;
    if (env?.["name"] === undefined) return { ...at, kind: "unknown", inner };
    const { name, fallback } = env;
    return { ...at, kind: "env", name, ...(fallback === undefined ? {} : { fallback }) };
  });
}

/** The text with each reference replaced by what `replace` gives, or left as it is where that is undefined. */
export function replaceReferences(
  text: string,
  replace: (reference: Reference) => string | undefined,
): string {
  let result = "";
  let done = 0;
  for (const reference of referencesIn(text)) {
    const value = replace(reference);
    if (value === undefined) continue;
    result += text.slice(done, reference.start) + value;
    done = reference.end;
  }
  return result + text.slice(done);
}

/** True for a text that is not its own value: it names the environment, or escapes a reference. */
export function isUnresolved(text: string): boolean {
  return referencesIn(text).length > 0;
}

/** The text without escapes, where the environment is not used. */
export function unescapeReferences(text: string): string {
  return replaceReferences(text, ({ kind }) => (kind === "escape" ? "${" : undefined));
}

/** A step into a value: a key or an index. */
export type Path = readonly (string | number)[];

/** Calls `visit` for every text in a value of any shape, with its path. */
export function forEachText(
  value: unknown,
  visit: (text: string, path: Path) => void,
  path: Path = [],
): void {
  if (typeof value === "string") visit(value, path);
  else if (Array.isArray(value)) value.forEach((item, index) => forEachText(item, visit, [...path, index]));
  else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) forEachText(item, visit, [...path, key]);
  }
}

/** A copy of the value with every text replaced by what `change` makes of it. */
export function mapTexts(
  value: unknown,
  change: (text: string, path: Path) => unknown,
  path: Path = [],
): unknown {
  if (typeof value === "string") return change(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapTexts(item, change, [...path, index]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapTexts(item, change, [...path, key])]),
  );
}
