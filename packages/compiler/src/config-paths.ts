import { posix } from "node:path";
import type { Path } from "./references.ts";

/** A file, or a pattern of files, that a config names. */
export interface NamedPath {
  /** Where in the config. */
  readonly at: Path;
  readonly text: string;
}

/** What a config's path fields name: a field holds one path, or a list of them. */
export function namedPaths(
  fields: readonly string[],
  config: Readonly<Record<string, unknown>>,
): readonly NamedPath[] {
  return fields.flatMap((field): readonly NamedPath[] => {
    const value = config[field];
    if (typeof value === "string") return [{ at: [field], text: value }];
    if (!Array.isArray(value)) return [];
    return value.flatMap((text: unknown, index) =>
      typeof text === "string" ? [{ at: [field, index], text }] : [],
    );
  });
}

const PATTERN = /[*?[{]/;

/** Whether a path may stand for several files. */
export function isPattern(path: string): boolean {
  return PATTERN.test(path);
}

/** The deepest folder that all files of a pattern are in. */
export function patternFolder(pattern: string): string {
  const parts = pattern.split("/");
  const first = parts.findIndex(isPattern);
  return first === -1 ? pattern : parts.slice(0, first).join("/") || "/";
}

/**
 * Whether a path that is read is the file, or a pattern that may find it. Both are absolute.
 * @param patterns whether the component takes patterns: to others a path is a name, whatever is in it
 */
export function mayRead(read: string, file: string, patterns: boolean): boolean {
  return read === file || (patterns && isPattern(read) && posix.matchesGlob(file, read));
}
