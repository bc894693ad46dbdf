/** One mistake in a pipeline file, where it is and what to do about it. */
export interface Finding {
  /** Stable, dotted: `oml.unknown_key`. */
  readonly code: string;
  readonly message: string;
  /** What to do next. */
  readonly hint?: string;
  readonly place: Place;
}

/** Counted from 1, columns in UTF-16 units, as editors do. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Findings in reading order, each once. */
export function inReadingOrder(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings
    .toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
    .filter((finding) => {
      const key = `${finding.place.line}:${finding.place.column}:${finding.code}:${finding.message}`;
      return !seen.has(key) && seen.add(key);
    });
}

/** A finding as a compiler prints it: `file:line:column: message`, the line, a caret, the remedy. */
export function renderFinding(finding: Finding, source: string): string {
  const { file, line, column } = finding.place;
  const text = source.split("\n")[line - 1]?.replace(/\r$/, "") ?? "";
  const gutter = String(line);
  // Tabs stay tabs below, so that the caret stands under its character.
  const indent = text.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
  const parts = [
    `${file}:${line}:${column}: error: ${finding.message} [${finding.code}]`,
    `  ${gutter} | ${text}`,
    `  ${" ".repeat(gutter.length)} | ${indent}^`,
  ];
  if (finding.hint !== undefined) parts.push(`  help: ${finding.hint}`);
  return parts.join("\n");
}
