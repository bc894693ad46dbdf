import type { FindingCode, Severity } from "./finding-codes.ts";

/** One mistake in a file, where it is and what to do about it. No field holds a secret. */
export interface Finding {
  readonly severity: Severity;
  readonly code: FindingCode;
  /** What is wrong and why, in plain words. */
  readonly message: string;
  /** What to do next, such as the nearest right name. */
  readonly hint?: string;
  readonly place: Place;
  readonly excerpt: Excerpt;
}

/** Lines and columns count from 1, columns in UTF-16 units, as editors do. The end is the first column after. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** The line of a finding for people: secrets masked, long lines cut. */
export interface Excerpt {
  readonly text: string;
  /** Where the caret stands, from 1. */
  readonly column: number;
}

/** A place to show: with its line. */
export type ShownPlace = Place & { readonly excerpt: Excerpt };

/** Where a place in a step's SQL stands in the pipeline file; undefined for a step without SQL. */
export type PlaceInFile = (step: string, offset: number) => ShownPlace | undefined;

/** A finding as a compiler prints it: `file:line:column: message`, the line, a caret, the remedy. */
export function renderFinding({ severity, code, message, hint, place, excerpt }: Finding): string {
  const parts = [
    `${place.file}:${place.line}:${place.column}: ${severity}: ${message} [${code}]`,
    renderExcerpt(place.line, excerpt),
  ];
  if (hint !== undefined) parts.push(`  help: ${hint}`);
  return parts.join("\n");
}

/** A line with its number, and a caret below. */
export function renderExcerpt(line: number, { text, column }: Excerpt): string {
  const gutter = String(line);
  // Tabs stay tabs below, so that the caret stands under its character.
  const indent = text.slice(0, column - 1).replaceAll(/[^\t]/g, " ");
  return `  ${gutter} | ${text}\n  ${" ".repeat(gutter.length)} | ${indent}^`;
}
