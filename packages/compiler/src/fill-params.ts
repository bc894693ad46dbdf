import { didYouMean } from "./nearest.ts";
import type { Params } from "./params.ts";
import { mapTexts, referencesIn, replaceReferences, type Path, type Reference } from "./references.ts";
import type { Report } from "./report.ts";
import type { Source, Span } from "./yaml/source.ts";

/**
 * Replaces `${params.x}` everywhere in a config; environment references stay. A value that is one reference takes the
 * parameter's type.
 */
export function fillParams(
  value: unknown,
  params: Params,
  source: Source,
  root: Path,
  report: Report,
): unknown {
  return mapTexts(
    value,
    (text, path) => {
      const references = referencesIn(text);
      if (references.length === 0) return text;
      for (const reference of references) checkReference(reference, params, source, path, report);
      const [only] = references;
      if (only?.kind === "param" && only.start === 0 && only.end === text.length) {
        return params.get(only.name) ?? text;
      }
      return replaceReferences(text, (reference) => paramText(reference, params));
    },
    root,
  );
}

function paramText(reference: Reference, params: Params): string | undefined {
  const value = reference.kind === "param" ? params.get(reference.name) : undefined;
  return value === undefined ? undefined : String(value);
}

function checkReference(
  reference: Reference,
  params: Params,
  source: Source,
  path: Path,
  report: Report,
): void {
  const span = (): Span => source.spanInText(path, reference.start, reference.end - reference.start);
  if (reference.kind === "param" && !params.has(reference.name)) {
    const message = `No parameter is called "${reference.name}"`;
    report.add("params.unresolved", span(), message, () => didYouMean(reference.name, params.keys()));
  } else if (reference.kind === "unknown") {
    const { inner } = reference;
    const hint = params.has(inner.trim())
      ? `Write \${params.${inner.trim()}}.`
      : "Write ${params.<name>}, or ${NAME} in capitals for an environment variable; $${ for the characters.";
    report.add("reference.unknown", span(), `\${${inner}} is no parameter and no environment variable`, hint);
  }
}

/** Where the characters of a text after {@link fillParams} and unescaping stood before. */
export function offsetsBefore(raw: string, params: Params): (offset: number) => number {
  const references = referencesIn(raw);
  return (offset) => {
    let before = 0;
    let after = 0;
    for (const reference of references) {
      const text = reference.kind === "escape" ? "${" : paramText(reference, params);
      if (text === undefined) continue;
      const plain = reference.start - before;
      if (offset < after + plain) break;
      before = reference.end;
      after += plain + text.length;
      // Inside a substituted value: point at the reference.
      if (offset < after) return reference.start;
    }
    return before + (offset - after);
  };
}
