/**
 * The text on one line and as it is: a character that moves the cursor, turns the reading direction or gives the
 * terminal an order is replaced by a sign for it. Tabs stay. The result is as long as the text.
 */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "\u2421" : "\ufffd";
  });
}

// oxlint-disable-next-line no-control-regex -- these are what it is about
const UNPRINTABLE = /[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]/g;
