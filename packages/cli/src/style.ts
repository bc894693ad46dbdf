import { styleText } from "node:util";

/** What a text is for. */
export type Tone = "good" | "bad" | "warn" | "faint" | "strong";

const FORMATS = { good: "green", bad: "red", warn: "yellow", faint: "dim", strong: "bold" } as const;

/**
 * Colours a text where the stream is a terminal that has colours. `NO_COLOR` and `FORCE_COLOR` are heeded, `TERM=dumb`
 * has none.
 */
export type Paint = (tone: Tone, text: string) => string;

export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (tone, text) => (text === "" ? "" : styleText(FORMATS[tone], text, { stream }));
}
