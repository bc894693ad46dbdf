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
