/**
 * Whether tests that need something of this machine can run. Where it is missing they are skipped, counted and say why; with
 * `OSIRIS_REQUIRE_SERVICES=1`, which CI sets, that is a failure.
 * @throws Error that names what is missing
 */
export function isHere(what: string, found: boolean): boolean {
  if (!found && process.env["OSIRIS_REQUIRE_SERVICES"] === "1") throw new Error(`These tests need ${what}`);
  return found;
}
