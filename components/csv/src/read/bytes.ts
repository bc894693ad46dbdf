/** The bytes that mean something in CSV, and in the values in it. */
export const LF = 0x0a;
export const CR = 0x0d;
export const QUOTE = 0x22;
export const SPACE = 0x20;
export const MINUS = 0x2d;
export const POINT = 0x2e;
export const COLON = 0x3a;
export const PLUS = 0x2b;
export const ZERO = 0x30;

/** Where no byte is wanted: no byte has this value. */
export const NO_BYTE = 256;

/** @returns the byte of a character of ASCII; {@link NO_BYTE} for the empty text and undefined */
export function byteOf(character: string | undefined): number {
  return character === undefined || character === "" ? NO_BYTE : character.charCodeAt(0);
}

export function isDigit(byte: number): boolean {
  return (byte - ZERO) >>> 0 < 10;
}
