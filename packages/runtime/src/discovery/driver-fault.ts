import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { isInside } from "./driver-package.ts";

/** What a driver's code threw, in its own words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Where the package at `folder` threw it: the first of its own lines in the stack. */
export function thrownAt(error: unknown, folder: string): string | undefined {
  const stack = error instanceof Error ? String(error.stack) : "";
  for (const [, url = "", place = ""] of stack.matchAll(/(file:\/\/\/\S+?):(\d+:\d+)/g)) {
    const file = fileURLToPath(url);
    if (isInside(file, folder)) return `It is thrown at ${relative(folder, file)}:${place}.`;
  }
  return undefined;
}
