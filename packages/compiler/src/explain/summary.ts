import type { ComponentSpec } from "@osiris/core";
import { codeSpan, visible } from "./code-span.ts";
import { hostFields, hostsIn } from "./hosts.ts";

const MAX_VALUE = 120;

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** The fields that a spec's `summary` shows. */
export function placeholders(summary: string): readonly string[] {
  return Array.from(summary.matchAll(PLACEHOLDER), (match) => match[1] ?? "");
}

/**
 * What a step does, in one sentence of Markdown: its component's summary with the config's values, else its title. A
 * field that is not set is named as such; of one that names a server only the server is shown.
 */
export function summaryOf(spec: ComponentSpec, config: Readonly<Record<string, unknown>>): string {
  if (spec.summary === undefined) return visible(spec.title);
  const hosts = hostFields(spec);
  return visible(spec.summary).replaceAll(PLACEHOLDER, (_, field: string) => {
    const value = hosts.includes(field) ? hostsIn(field, config) : config[field];
    return valueText(value) ?? `(no ${field})`;
  });
}

function valueText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return codeSpan(cut(value));
  if (!Array.isArray(value)) return codeSpan(cut(JSON.stringify(value)));
  const items = value.map((item: unknown) => valueText(item) ?? codeSpan(JSON.stringify(item)));
  return items.length === 0 ? undefined : items.join(", ");
}

function cut(text: string): string {
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE - 1)}…` : text;
}
