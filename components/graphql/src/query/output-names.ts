import { nameOf, type Selected } from "./selection.ts";

/** `<step>__errors` and `<step>__rejects` are others. */
const TAKEN = ["errors", "rejects"];

const MAX_NAME = 63;

/**
 * Names of the tables of lists: the field's, `reviews`, with as much of the way to it as keeps them apart, `movies_reviews`.
 * @param isKnown whether it is a list for sure: those come first, and so get the short names
 */
export function outputNames(
  lists: readonly Selected[],
  isKnown: (list: Selected) => boolean,
): ReadonlyMap<Selected, string> {
  const names = new Map<Selected, string>();
  const taken = new Set(TAKEN);
  for (const list of new Set([...lists.filter(isKnown), ...lists])) {
    const name = freeName(partsOf(list), taken);
    taken.add(name);
    names.set(list, name);
  }
  return names;
}

/** The names on the way to a list, without those that every connection has. */
function partsOf(list: Selected): readonly string[] {
  const parts = nameOf(list)
    .split(".")
    .filter((part) => !["nodes", "edges", "node"].includes(part));
  return parts.length > 0 ? parts.map(snakeCase) : ["items"];
}

function freeName(parts: readonly string[], taken: ReadonlySet<string>): string {
  for (let from = parts.length - 1; from >= 0; from--) {
    const name = valid(parts.slice(from).join("_"));
    if (!taken.has(name)) return name;
  }
  for (let copy = 2; ; copy++) {
    const end = `_${copy}`;
    const name = `${valid(parts.join("_")).slice(0, MAX_NAME - end.length)}${end}`;
    if (!taken.has(name)) return name;
  }
}

/** `relatedMovies` is `related_movies`. */
function snakeCase(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/^_+/, "");
}

/** As `createTable` takes it. */
function valid(name: string): string {
  return (/^[a-z]/.test(name) ? name : `t_${name}`).slice(0, MAX_NAME);
}
