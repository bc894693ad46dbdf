import { isSecretName } from "./secret-names.ts";
import { isLiteralSecret, secretsInText } from "./secret-texts.ts";

/** From a column to the one after the last, from 0. */
export type Range = readonly [start: number, end: number];

const KEY =
  /(?<![\w.-])(?<name>[\w.-]+)["']?\s*[:=]\s*(?<value>"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?|(?:\$\{[^}]*\}|[^\s,}\]])(?:\$\{[^}]*\}|[^,}\]])*)/g;

/**
 * What must not be shown of a line of a file that may not even be YAML: values under the names of secrets, passwords
 * in URLs and connection strings, tokens. Each goes on to the end of the line: where it ends nobody can tell.
 */
export function secretRanges(line: string): readonly Range[] {
  const ranges: Range[] = [];
  for (const match of line.matchAll(KEY)) {
    const { name = "", value = "" } = match.groups ?? {};
    if (!isSecretName(name) || !isLiteralSecret(value)) continue;
    ranges.push([match.index + match[0].length - value.length, line.length]);
  }
  for (const { start } of [...secretsInText(line, "text"), ...secretsInText(line, "sql")]) {
    ranges.push([start, line.length]);
  }
  return ranges;
}

/** The line with its secrets masked. */
export function maskSecrets(line: string): string {
  return maskLine(line, secretRanges(line), 0).text;
}

/** What a secret may follow, in a line that may break off anywhere. */
const BEFORE_SECRETS: readonly RegExp[] = [
  /(?<![\w.-])(?<name>[\w.-]+)["']?\s*[:=]\s*/g,
  /:\/\/[^\s:/?#@"'<>]*:(?!\d{1,5}(?:[/?#\s"',]|$))/g,
  /\bidentified\b.{0,99}?\b(?:by|as)\b\s*/gi,
  /\b(?:bearer|basic)\s+/gi,
];

/** The same for a line of a file that cannot be read: whatever stands where a secret could, unless it is a reference. */
export function suspectRanges(line: string, isSecret: (name: string) => boolean): readonly Range[] {
  return BEFORE_SECRETS.flatMap((form) =>
    Array.from(line.matchAll(form), (match): Range => {
      const start = match.index + match[0].length;
      const name = match.groups?.["name"];
      const harmless = name !== undefined && !isSecret(name);
      return harmless || /^["']?\$\{[A-Z_0-9]+\}/.test(line.slice(start)) ? [0, 0] : [start, line.length];
    }),
  );
}

const FIRST_KEY = /^\s*(?:-\s+)*["']?(?<name>[\w.-]+)["']?\s*:/;

/** The key that a line begins with. */
export function keyOf(line: string): string | undefined {
  return FIRST_KEY.exec(line)?.groups?.["name"];
}

const MASK = "***";

/** The line with the ranges masked, and where the character at `column` (from 0) has gone. */
export function maskLine(
  line: string,
  ranges: readonly Range[],
  column: number,
): { readonly text: string; readonly column: number } {
  let text = "";
  let at = 0;
  let moved = column;
  for (const [start, end] of merged(ranges)) {
    text += line.slice(at, start);
    if (column >= end) moved += MASK.length - (end - start);
    else if (column >= start) moved = text.length;
    text += MASK;
    at = end;
  }
  return { text: text + line.slice(at), column: moved };
}

/** In order, and none of them touching another. */
export function merged(ranges: readonly Range[]): readonly Range[] {
  const result: [number, number][] = [];
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else if (end > start) result.push([start, end]);
  }
  return result;
}
