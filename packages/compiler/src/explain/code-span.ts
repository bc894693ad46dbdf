/** A text as a code span of Markdown on one line: whatever is in it stays in it. */
export function codeSpan(text: string): string {
  const shown = visible(text).replaceAll("\n", "\\n");
  const longest = Math.max(0, ...Array.from(shown.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = /^[`\s]|[`\s]$/.test(shown) || shown === "" ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}

/** The text with what would move the cursor, turn the reading direction or not be seen at all written as `\u…`. */
export function visible(text: string): string {
  return text.replaceAll(/[^\P{C}\n]|[\u2028\u2029]/gu, (char) => {
    const code = char.codePointAt(0) ?? 0;
    return char === "\t" ? "\\t" : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}
