import { createRequire } from "node:module";
import type * as module from "string-width";

// Its expressions take 20 ms to make, at the start of every command, and most texts do not need them.
let stringWidth: typeof module.default | undefined;

/** How many columns of a terminal a text takes: a Chinese character takes two, a combining accent none. */
export function textWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  stringWidth ??= (createRequire(import.meta.url)("string-width") as typeof module).default;
  return stringWidth(text);
}

/** The text in at most `width` columns, with … where something is missing. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += textWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return width < 1 ? "" : `${kept}…`;
}

/** The text in exactly `width` columns. */
export function fitText(text: string, width: number, align: "left" | "right" = "left"): string {
  const cut = cutText(text, width);
  const space = " ".repeat(width - textWidth(cut));
  return align === "right" ? space + cut : cut + space;
}
