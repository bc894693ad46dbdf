import { foldCase } from "./identifiers.ts";

/**
 * Names that a table can have, one for each name of a source, in their order. DuckDB ignores the case of names: those
 * that meet get `_2`, `_3` in order of appearance, but never a name that the source has for another. It takes neither
 * an empty name, which becomes `column<position>` (from 1), nor NUL characters, which become `_`.
 */
export function uniqueColumnNames(sourceNames: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  const own = new Set(sourceNames.filter((name) => name !== "").map((name) => foldCase(name)));
  const copies = new Map<string, number>();
  return sourceNames.map((sourceName, index) => {
    const wanted = sourceName === "" ? `column${index + 1}` : sourceName.replaceAll("\0", "_");
    const key = foldCase(wanted);
    let name = wanted;
    // Where the last search ended the next one begins: ten thousand names that meet must not be a square.
    let copy = copies.get(key) ?? 2;
    while (taken.has(foldCase(name)) || (name !== sourceName && own.has(foldCase(name)))) {
      name = `${wanted}_${copy++}`;
    }
    copies.set(key, copy);
    taken.add(foldCase(name));
    return name;
  });
}
