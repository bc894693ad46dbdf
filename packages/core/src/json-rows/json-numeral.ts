import { OsirisError } from "../errors.ts";
import { sameNumber } from "./numerals.ts";

/** Marks numerals across copies of this package, where `instanceof` would lie. */
const MARK = Symbol.for("osiris.json-numeral");

/** RFC 8259, section 6. */
const NUMERAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A whole number without point and power. */
export const WHOLE_NUMERAL: RegExp = /^-?\d+$/;

/** Of a whole number that is a safe integer. */
const MAX_SAFE_LENGTH = String(Number.MIN_SAFE_INTEGER).length;

/** ECMAScript has it since V8 11.4, its type declarations later. */
const { rawJSON } = JSON as unknown as { readonly rawJSON: (this: void, text: string) => object };

/**
 * A JSON number by its text, for the numbers that a JavaScript `number` would round:
 * `new JsonNumeral("12345678901234567890.123")`. Throws when the text is no JSON number.
 */
export class JsonNumeral {
  readonly numeral: string;

  constructor(numeral: string) {
    if (!NUMERAL.test(numeral)) {
      throw new OsirisError({
        code: "table.not_json",
        category: "data",
        message: `${JSON.stringify(numeral.slice(0, 60))} is not a JSON number`,
      });
    }
    this.numeral = numeral;
  }

  static {
    Object.defineProperty(JsonNumeral.prototype, MARK, { value: true });
  }

  /**
   * A JSON number without loss: a `number` where its shortest decimal form is the same number, and for whole numbers without point
   * and power only within ±(2^53 - 1); else a JsonNumeral. Throws when the text is no JSON number.
   */
  static exact(numeral: string): number | JsonNumeral {
    const isWhole = WHOLE_NUMERAL.test(numeral);
    // Most that come here, and `Number` would take far longer than all the rest.
    if (isWhole && numeral.length > MAX_SAFE_LENGTH) return new JsonNumeral(numeral);
    const number = Number(numeral);
    if (isWhole && !Number.isSafeInteger(number)) return new JsonNumeral(numeral);
    const text = String(number);
    if (text === numeral && Number.isFinite(number)) return number;
    const exact = new JsonNumeral(numeral);
    return isWhole || (Number.isFinite(number) && sameNumber(numeral, text)) ? number : exact;
  }

  /** What makes `JSON.stringify` write the number itself. */
  toJSON(): object {
    return rawJSON(this.numeral);
  }
}

/** True for a {@link JsonNumeral} of any copy of this package. */
export function isJsonNumeral(value: object): value is JsonNumeral {
  return MARK in value;
}

/** A number as JSON text that a reader gets the same number from: `JSON.stringify` drops the sign of zero. */
export function exactNumber(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return rawJSON(String(value));
  return Object.is(value, -0) ? rawJSON("-0") : value;
}
