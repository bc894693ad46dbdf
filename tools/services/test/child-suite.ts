import { createRequire } from "node:module";
import path from "node:path";

/** Where the suites and programs are that tests run as child processes. */
export const FIXTURES = path.join(import.meta.dirname, "fixtures");

/** The arguments with which Node runs one of those suites. */
export function vitestArguments(suite: string): readonly string[] {
  const vitest = path.dirname(createRequire(import.meta.url).resolve("vitest/package.json"));
  return [path.join(vitest, "vitest.mjs"), "run", "--root", FIXTURES, suite];
}

/** Our environment, without what tells a process that it is a worker of this Vitest. */
export function childEnvironment(
  more: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST"));
  return { ...Object.fromEntries(own), ...more };
}
