import { relative } from "node:path";

/** A path as people here would write it: relative to the working directory, unless it lies outside. */
export function fromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
