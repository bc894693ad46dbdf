// Links the Node that npm has installed with the repository (optionalDependencies of package.json) to
// node_modules/.bin/node, where npm scripts and npx look first. npm 11 does that itself; npm 10 does not (seen with
// 10.8.2), and the machine's own Node may be older than what the tools need. Runs on any Node; see CONTRIBUTING.md.
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, "node_modules");
const link = join(modules, ".bin/node");
const { optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const installed = Object.keys(optionalDependencies)
  .filter((name) => name.startsWith("node-"))
  .map((name) => join(modules, name, "bin/node"))
  .find((binary) => existsSync(binary));

if (installed !== undefined && !existsSync(link)) symlinkSync(relative(dirname(link), installed), link);
