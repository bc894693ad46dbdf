import { closeSync, openSync } from "node:fs";

const INSTALL_VARIABLE = "OSIRIS_TEST_INSTALL";

/** Throws where somebody should be asked first, before tens of megabytes are fetched. */
export function mustBeAllowedToFetch(): void {
  if (!mayFetch()) throw new Error(`used only in CI, without a terminal, or with ${INSTALL_VARIABLE}=1`);
}

/** Whether nobody is there to ask, or somebody asked for it. */
function mayFetch(): boolean {
  const said = process.env[INSTALL_VARIABLE];
  if (said !== undefined && said !== "") return said === "1";
  const ci = process.env["CI"];
  return (ci !== undefined && ci !== "" && ci !== "false") || !hasTerminal();
}

/** A suite's worker has pipes for standard input and output; the terminal, if any, is the session's. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
