import { severityOf, type FindingCode } from "./finding-codes.ts";
import type { Finding } from "./finding.ts";
import type { Span } from "./yaml/source.ts";

interface Noted {
  readonly code: FindingCode;
  readonly span: Span;
  readonly message: string;
  readonly hint: string | undefined;
}

/** Collects what checks find, in one or several files. */
export class Report {
  readonly #noted: Noted[] = [];

  add(code: FindingCode, span: Span, message: string, hint?: string): void {
    this.#noted.push({ code, span, message, hint });
  }

  get hasErrors(): boolean {
    return this.#noted.some(({ code }) => severityOf(code) === "error");
  }

  /** In reading order, each once. Call it last: what a line may show is known only when all secrets are. */
  findings(): readonly Finding[] {
    const seen = new Set<string>();
    return this.#noted
      .map(toFinding)
      .toSorted(
        (a, b) =>
          compare(a.place.file, b.place.file) ||
          a.place.line - b.place.line ||
          a.place.column - b.place.column,
      )
      .filter(({ code, message, place }) => {
        const key = `${place.file}:${place.line}:${place.column}:${code}:${message}`;
        return !seen.has(key) && seen.add(key);
      });
  }
}

function toFinding({ code, span, message, hint }: Noted): Finding {
  return {
    severity: severityOf(code),
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    place: span.source.placeOf(span),
    excerpt: span.source.excerptAt(span),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
