import { severityOf, type FindingCode, type Severity } from "./finding-codes.ts";
import type { Finding, ShownPlace } from "./finding.ts";
import { printable } from "./printable.ts";
import { KnownSecrets } from "./secrets/known-secrets.ts";
import type { Span } from "./yaml/source.ts";

/** What to do next. As a function where it takes a search: of many findings only the first have it. */
export type Hint = string | (() => string | undefined);

interface Noted {
  readonly code: FindingCode;
  readonly span: Span;
  readonly message: string;
  readonly hint: Hint | undefined;
}

/** More than anybody reads, and what one JSON document can hold. Errors and warnings are counted for themselves. */
const MAX_FINDINGS = 100_000;
/** Findings with a hint that takes a search. */
const MAX_SEARCHED = 1_000;
const MAX_TEXT = 1_000;

/** Collects what checks find, in one or several files. */
export class Report {
  readonly #noted: Noted[] = [];
  readonly #count: Record<Severity, number> = { error: 0, warning: 0 };
  readonly #secrets = new KnownSecrets();

  add(code: FindingCode, span: Span, message: string, hint?: Hint): void {
    this.#count[severityOf(code)] += 1;
    if (this.#count[severityOf(code)] <= MAX_FINDINGS) this.#noted.push({ code, span, message, hint });
  }

  /** Keeps a secret out of everything that the findings show. */
  hide(secret: string): void {
    this.#secrets.add(secret);
  }

  get hasErrors(): boolean {
    return this.#count.error > 0;
  }

  /** In reading order, each once. Call it last: what a line may show is known only when all secrets are. */
  findings(): readonly Finding[] {
    const seen = new Set<string>();
    return this.#noted
      .map((noted) => ({ noted, place: noted.span.source.placeOf(noted.span) }))
      .toSorted(
        ({ place: a }, { place: b }) => compare(a.file, b.file) || a.line - b.line || a.column - b.column,
      )
      .filter(({ noted: { code, message }, place }) => {
        const key = `${place.file}:${place.line}:${place.column}:${code}:${message}`;
        return !seen.has(key) && seen.add(key);
      })
      .map(({ noted: { code, span, message, hint }, place }, index) => {
        const text = typeof hint !== "function" ? hint : index < MAX_SEARCHED ? hint() : undefined;
        return {
          severity: severityOf(code),
          code,
          message: this.#shown(message),
          ...(text === undefined ? {} : { hint: this.#shown(text) }),
          place,
          excerpt: span.source.excerptAt(span, this.#secrets),
        };
      });
  }

  /** A place, with its line as findings show it. */
  shownAt(span: Span): ShownPlace {
    return { ...span.source.placeOf(span), excerpt: span.source.excerptAt(span, this.#secrets) };
  }

  #shown(text: string): string {
    const masked = this.#secrets.mask(text);
    return printable(masked.length > MAX_TEXT ? `${masked.slice(0, MAX_TEXT)}…` : masked).toWellFormed();
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
