import { InvalidArgumentError } from "commander";

const PREFIXES = ["", "K", "M", "G", "T"] as const;

/**
 * A size as DuckDB takes it: `512MB`, `2GiB`. Returns its argument.
 * @throws InvalidArgumentError
 */
export function size(text: string): string {
  sizeInBytes(text);
  return text;
}

/**
 * Bytes of such a size.
 * @throws InvalidArgumentError
 */
export function sizeInBytes(text: string): number {
  const [, count, prefix = "", binary] = /^(\d+(?:\.\d+)?)\s*(?:([KMGT])(i?))?B$/i.exec(text) ?? [];
  const power = PREFIXES.indexOf(prefix.toUpperCase() as (typeof PREFIXES)[number]);
  const bytes = Math.floor(Number(count) * (binary ? 1024 : 1000) ** power);
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError("it must be a size such as 512MB or 2GiB.");
}

/** Bytes for people: `1.5 GB`. */
export function formatSize(bytes: number): string {
  let count = bytes;
  let power = 0;
  // What would be rounded to a thousand is one of the next.
  for (; count >= 999.5 && power < PREFIXES.length - 1; power++) count /= 1000;
  return `${power === 0 || count >= 99.95 ? Math.round(count) : count.toFixed(1)} ${PREFIXES[power]}B`;
}
