import { driverPackage, projectManifest } from "./driver-package.ts";
import { pipeline } from "./project.ts";

/** Put before a driver's code: `busy()` makes an error that may be gone at the next attempt; `count` files survive attempts. */
const HEAD = `
import { appendFileSync, readFileSync, existsSync } from "node:fs";
const busy = (message = "the server is busy") => Object.assign(new Error(message),
  { [Symbol.for("osiris.error")]: true, code: "odd.busy", category: "external", retryable: true });
const calls = (name) => { appendFileSync(name + ".calls", "x"); return readFileSync(name + ".calls", "utf8").length; };
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
`;

interface FaultyDriver {
  readonly name: string;
  readonly mode?: "extract" | "transform" | "write";
  readonly run: string;
}

/** A project with a driver package of its own, whose drivers have \`busy\`, \`calls\` and \`sleep\` at hand. */
export function faultyProject(
  drivers: readonly FaultyDriver[],
  steps: string,
  more: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const components = drivers.map(({ name, mode = "extract", run }) => ({
    name,
    mode,
    inputs: mode === "extract" ? ("none" as const) : ("one" as const),
    run,
  }));
  return {
    "package.json": projectManifest("osiris-driver-faulty"),
    ...driverPackage("osiris-driver-faulty", components, { head: HEAD }),
    "pipeline.yaml": pipeline(steps),
    ...more,
  };
}

/** A driver's body that makes a table of so many rows. */
export function rows(count: number | string): string {
  return `await ctx.createTableAs("SELECT range AS n FROM range(${count})"); return { rows: ${count} };`;
}
