import { printable } from "./text-table.ts";

/** The text as lines of at most `width` characters, each behind `indent`; its paragraphs stay apart. */
export function wrapText(text: string, width: number, indent = ""): string {
  const paragraphs = text.trim().split(/\n[ \t]*\n/);
  return paragraphs.map((paragraph) => wrapParagraph(paragraph, width, indent)).join("\n\n");
}

function wrapParagraph(text: string, width: number, indent: string): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.trim().split(/\s+/).map(printable)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && indent.length + longer.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].map((each) => `${indent}${each}`).join("\n");
}
