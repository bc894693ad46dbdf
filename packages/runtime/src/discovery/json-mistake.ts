const TOKEN = /\s+|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|\b(?:true|false|null)\b|[{}[\],:]/iy;

/** Why and where, as an index, a text is not JSON. `message` is what JSON.parse says of it. */
export function jsonMistake(text: string, message: string): { readonly why: string; readonly start: number } {
  const told = /at position (\d+)/.exec(message)?.[1];
  const start = told === undefined ? firstMisfit(text) : Math.min(Number(told), text.length);
  // The rest repeats the position, or a piece of the text.
  const why = message.replace(/ in JSON at position.*|, (\.\.\.)?".*is not valid JSON$/s, "");
  return { why, start };
}

/** For the messages without a position: something that is no token, or stands in the place of a value. */
function firstMisfit(text: string): number {
  const token = new RegExp(TOKEN);
  let before = "";
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text)?.[0];
    if (found === undefined) return at;
    if (found.trim() === "") continue;
    if (/^[:,[]$/.test(before) && /^[,:}\]]$/.test(found) && before + found !== "[]") return at;
    before = found;
  }
  return text.length;
}
