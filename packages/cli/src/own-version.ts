import { readFileSync } from "node:fs";

/** The version of the command. Sources and the built files are both one folder below its package.json. */
export function ownVersion(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
