import type { DeclaredType } from "./declared-type.ts";
import {
  BIGINT_DIGITS,
  HUGEINT_DIGITS,
  formOf,
  integerSize,
  MAX_PRECISION,
  whyText,
  widest,
} from "./inference.ts";
import type { Digits, Form } from "./value-forms.ts";
import { FORM } from "./value-forms.ts";

/** What is known of a column before its values are seen. */
export interface ColumnRule {
  /** Absent: the type is to be found. */
  readonly declared?: DeclaredType;
  /** Whether values may make the column a DATE or a TIMESTAMP. */
  readonly dates: boolean;
}

/** Where a column got its form from, and why it got no narrower one. Never the value itself: it may be nobody's business. */
export interface Witness {
  readonly line: number;
  readonly what: string;
}

/** What the values of a column have been so far. */
export interface ColumnState {
  readonly form: Form;
  /** Longest numerals. */
  readonly whole: number;
  readonly fraction: number;
  /** Whether a whole number needs more than 64 bits. */
  readonly huge: boolean;
  readonly witness?: Witness;
}

/** A field that its column's form does not take. */
export interface OddField {
  readonly text: string;
  readonly quoted: boolean;
  readonly line: number;
}

/**
 * The columns of one file while it is read: for each the form that its values have had so far, in arrays, since the
 * scan looks at them for every value. Values of another form come to {@link misfit}; they are rare.
 */
export class ColumnScan {
  readonly forms: Uint8Array;
  /** Digits of a numeral up to which the form alone is enough, by column. */
  readonly wholeLimits: Uint16Array;
  readonly fractionLimits: Uint16Array;
  /** Longest numerals seen, by column. */
  readonly whole: Uint16Array;
  readonly fraction: Uint16Array;
  readonly #witnesses: (Witness | undefined)[];
  readonly #rules: readonly ColumnRule[];
  readonly #nullTexts: ReadonlySet<string>;
  /** How to undo what the record that is being read has changed. */
  readonly #undo: (() => void)[] = [];

  constructor(rules: readonly ColumnRule[], nullTexts: ReadonlySet<string>) {
    this.#rules = rules;
    this.#nullTexts = nullTexts;
    const numbers = (of: (rule: ColumnRule) => number): Uint16Array => Uint16Array.from(rules.map(of));
    this.forms = Uint8Array.from(rules.map(({ declared }) => declared?.form ?? FORM.none));
    this.wholeLimits = numbers(({ declared }) => declared?.wholeDigits ?? BIGINT_DIGITS);
    this.fractionLimits = numbers(({ declared }) => declared?.fractionDigits ?? MAX_PRECISION);
    this.whole = numbers(() => 0);
    this.fraction = numbers(() => 0);
    this.#witnesses = rules.map(() => undefined);
  }

  state(column: number): ColumnState {
    const witness = this.#witnesses[column];
    return {
      form: this.forms[column] as Form,
      whole: this.whole[column] as number,
      fraction: this.fraction[column] as number,
      huge: (this.wholeLimits[column] as number) > BIGINT_DIGITS,
      ...(witness === undefined ? {} : { witness }),
    };
  }

  /** Notes a numeral that is longer than those before. */
  raise(column: number, digits: Digits): void {
    this.#change(column, {
      whole: Math.max(digits.whole, this.whole[column] as number),
      fraction: Math.max(digits.fraction, this.fraction[column] as number),
    });
  }

  /** Takes a value that its column's form does not: widens the column, or says why its declared type refuses the value. */
  misfit(column: number, field: OddField): string | undefined {
    if (!field.quoted && this.#nullTexts.has(field.text)) return undefined;
    const { declared, dates } = this.#rules[column] as ColumnRule;
    if (declared === undefined) this.#widen(column, field, dates);
    else if (!declared.takes(field.text)) return `is not exactly ${declared.name}`;
    return undefined;
  }

  /** The record was good: what it has shown stays. */
  keep(): void {
    if (this.#undo.length > 0) this.#undo.length = 0;
  }

  /** The record was bad, or is not there as a whole yet: it has shown nothing. */
  forget(): void {
    while (this.#undo.length > 0) this.#undo.pop()?.();
  }

  #widen(column: number, { text, line }: OddField, dates: boolean): void {
    const before = this.forms[column] as Form;
    const found = formOf(text, dates);
    const size = found.form === FORM.integer ? integerSize(text) : "bigint";
    const form = size === "too large" ? FORM.any : widest(before, found.form);
    const isReason = form !== before && (before !== FORM.none || form === FORM.any);
    const what = form === FORM.any ? whyText(text, before, found.form, size) : whyWider(form);
    this.#change(column, {
      form,
      whole: Math.max(found.whole, this.whole[column] as number),
      fraction: Math.max(found.fraction, this.fraction[column] as number),
      ...(size === "hugeint" ? { wholeLimit: HUGEINT_DIGITS } : {}),
      ...(isReason ? { witness: { line, what } } : {}),
    });
  }

  #change(column: number, to: Partial<ColumnState> & { readonly wholeLimit?: number }): void {
    const before = this.state(column);
    const limit = this.wholeLimits[column] as number;
    this.#undo.push(() => this.#set(column, { ...before, wholeLimit: limit }));
    this.#set(column, { ...before, wholeLimit: limit, ...to });
  }

  #set(column: number, to: ColumnState & { readonly wholeLimit: number }): void {
    this.forms[column] = to.form;
    this.whole[column] = to.whole;
    this.fraction[column] = to.fraction;
    this.wholeLimits[column] = to.wholeLimit;
    this.#witnesses[column] = to.witness;
  }
}

function whyWider(form: Form): string {
  return form === FORM.decimal ? "a decimal point" : "the first value";
}
