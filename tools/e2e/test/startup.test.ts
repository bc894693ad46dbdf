import { expect, test } from "vitest";
import { osirisWith } from "../src/osiris.ts";
import { project } from "../src/project.ts";

/** Stands before Node's loader, and refuses what a short command must not wait for. */
const HOOK = `import{registerHooks}from"node:module";registerHooks({resolve(name,context,next){
  if(/^(@osiris\\/(compiler|runtime)|yaml|ajv.*|@duckdb.*)$/.test(name))throw new Error("loaded "+name);
  return next(name,context)}})`;
const WITHOUT = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(HOOK)}` };

test.each(["--version", "--help", "run --help"])(
  "osiris %s loads neither the compiler nor the runtime",
  async (words) => {
    const { exitCode, stderr } = await osirisWith(WITHOUT, project({}), ...words.split(" "));
    expect([exitCode, stderr]).toEqual([0, ""]);
  },
);
