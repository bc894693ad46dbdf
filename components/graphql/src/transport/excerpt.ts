/** Takes credentials out of a text that a server sent. */
export type Mask = (text: string) => string;

/** The most that is shown of such a text. */
const LONGEST = 300;

/** A text on one line, cut: for messages. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, 10 * LONGEST)
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
