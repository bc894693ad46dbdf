import type { Scalar } from "yaml";

/** For every character of a scalar's value, and for its end, the index in the source where it stands. */
export type ScalarOffsets = Uint32Array;

/**
 * YAML changes only white space between a scalar's source and its value, and escapes in quoted ones, so the n-th
 * visible character of the value is the n-th visible one of the source. White space is taken to stand where the next
 * visible character does, or at the end.
 */
export function scalarOffsets(scalar: Scalar, source: string): ScalarOffsets {
  const value = String(scalar.value);
  const offsets = new Uint32Array(value.length + 1);
  const pieces = new RegExp(PIECES[scalar.type ?? ""] ?? PLAIN_PIECE);
  pieces.lastIndex = contentStart(source, scalar);
  for (let at = 0; ;) {
    const end = pieces.lastIndex;
    const next = nextVisible(value, at);
    const piece = next < value.length ? visiblePiece(pieces, source) : undefined;
    if (piece === undefined) return offsets.fill(end, at);
    offsets.fill(piece.index, at, next + piece.units);
    at = next + piece.units;
  }
}

function nextVisible(value: string, from: number): number {
  let at = from;
  while (at < value.length && isBlank(value[at] ?? "")) at += 1;
  return at;
}

function isBlank(text: string): boolean {
  return text.trim() === "";
}

/** The first character of a scalar's content: after the quote, or on the line after `|` or `>`. */
function contentStart(text: string, scalar: Scalar): number {
  const start = scalar.range?.[0] ?? 0;
  if (scalar.type === "BLOCK_LITERAL" || scalar.type === "BLOCK_FOLDED") return text.indexOf("\n", start) + 1;
  return scalar.type === "QUOTE_DOUBLE" || scalar.type === "QUOTE_SINGLE" ? start + 1 : start;
}

/** What stands in the source for one character of the value. */
const PIECES: Readonly<Record<string, RegExp>> = {
  QUOTE_DOUBLE: /\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|[^])|[^]/giy,
  QUOTE_SINGLE: /''|[^]/gy,
};
const PLAIN_PIECE = /[^]/gy;

/** The next piece of the source that is more than white space, and how many UTF-16 units it stands for. */
function visiblePiece(
  pieces: RegExp,
  source: string,
): { readonly index: number; readonly units: number } | undefined {
  for (let match = pieces.exec(source); match !== null; match = pieces.exec(source)) {
    const units = visibleUnits(match[0]);
    if (units > 0) return { index: match.index, units };
  }
  return undefined;
}

function visibleUnits(piece: string): number {
  if (!piece.startsWith("\\") || piece.length === 1) return isBlank(piece) ? 0 : 1;
  const code = Number.parseInt(piece.slice(2), 16);
  // \0, \a, \b and \e are characters that nobody sees and that are no white space.
  if (piece.length === 2) return /\\[\stnvfr_LP]/.test(piece) ? 0 : 1;
  return code > 0xffff ? 2 : isBlank(String.fromCharCode(code)) ? 0 : 1;
}
