import { createHash } from "node:crypto";
import { stringify } from "yaml";

/** The same data always gives the same text: keys sorted, no white space. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** Readable JSON for files: sorted keys, two spaces, a final newline. */
export function fileJson(value: unknown): string {
  return `${JSON.stringify(sorted(value), null, 2)}\n`;
}

/** Readable YAML for files: sorted keys, never a folded line. */
export function fileYaml(value: unknown): string {
  return stringify(sorted(value), { lineWidth: 0, aliasDuplicateObjects: false });
}

export function fingerprint(value: unknown): string {
  return `sha256:${createHash("sha256").update(canonicalJson(value)).digest("hex")}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  // By code unit, never by locale: the order must be the same on every machine.
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(
    entries.filter(([, item]) => item !== undefined).map(([k, item]) => [k, sorted(item)]),
  );
}
