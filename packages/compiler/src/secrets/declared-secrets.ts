import type { Path } from "../references.ts";
import { pointerToPath } from "../schema-check.ts";

/** Tells which values of a config are secrets by declaration: what a spec's `secrets` point to, and all below. */
export function declaredSecrets(pointers: readonly string[] | undefined): (path: Path) => boolean {
  const declared = (pointers ?? []).map(pointerToPath);
  return (path) =>
    declared.some((secret) => secret.every((step, index) => String(path[index]) === String(step)));
}
