/** The number that the digits from `start` to `end` spell, or NaN when anything else is among them. At most 15 digits. */
export function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - 48;
    // Also where the text is too short: charCodeAt is NaN there.
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

export function pad(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
