/** What stands where a credential stood. */
const MASK = "***";

/** Shorter ones are found in too many innocent texts; the run masks those that it knows. */
const SHORTEST = 4;

/** The most that is shown of a text that a server sent. */
const LONGEST = 300;

/** Makes a server's text fit to be shown: without credentials, on one line, cut. */
export type Mask = (text: string) => string;

/** @param credentials values as they are sent, and as they may come back */
export function masking(credentials: readonly string[]): Mask {
  const known = [...new Set(credentials)]
    .filter((value) => value.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length);
  return (text) => {
    const masked = known.reduce((rest, value) => rest.replaceAll(value, MASK), text);
    const line = masked.replaceAll(/\s+/g, " ").trim();
    return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
  };
}

/** The forms in which one secret value shows up in texts. */
export function formsOf(value: string): readonly string[] {
  return [
    value,
    encodeURIComponent(value),
    JSON.stringify(value).slice(1, -1),
    Buffer.from(value).toString("base64"),
  ];
}
