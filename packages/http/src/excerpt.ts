/** The most that is shown of such a text. */
const LONGEST = 300;

/** What ends a line, moves the cursor, colours or reverses what follows on a terminal. */
const NOT_SHOWN = /[\s\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu;

/** What a server says, on one line, cut, without control characters: for messages. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, 10 * LONGEST)
    .replaceAll(NOT_SHOWN, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
