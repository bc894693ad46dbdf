#!/usr/bin/env node
// DuckDB runs its calls on libuv's thread pool. With the default of four, four long queries stop file access, name
// look-ups and timers. The size is read when the pool is first used, so this stands before any import.
process.env.UV_THREADPOOL_SIZE ??= "16";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 20)) {
  process.stderr.write(`osiris needs Node 22.20 or newer; this is Node ${process.versions.node}.\n`);
  process.exit(2);
}

const { main } = await import("../dist/main.js").catch(cannotLoad);
const exitCode = await main(process.argv.slice(2));
// A timer or a socket that a driver has left open must not keep a finished command alive.
process.exit(exitCode);

/** A part of the installation is missing: no command, the doctor included, can do without. */
function cannotLoad(error) {
  const message = `osiris cannot be loaded: ${error.message}`;
  const hint = "Remove node_modules and install again.";
  process.stderr.write(`error: ${message} [cli.load_failed]\n  help: ${hint}\n`);
  if (process.argv.includes("--json")) {
    const document = { status: "error", code: "cli.load_failed", category: "resource", message, hint };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  }
  process.exit(1);
}
