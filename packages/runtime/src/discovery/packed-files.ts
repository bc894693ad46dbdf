import { posix } from "node:path";

/** Whether npm packs a file, by the `files` of package.json: of the patterns that cover it, the last decides. */
export function isPacked(file: string, patterns: readonly string[]): boolean {
  let packed = false;
  for (const pattern of patterns) {
    const leavesOut = pattern.startsWith("!");
    if (covers(pattern.slice(leavesOut ? 1 : 0), file)) packed = !leavesOut;
  }
  return packed;
}

/** A pattern covers what lies below it too; one without a slash is looked for in every folder. */
function covers(pattern: string, file: string): boolean {
  const glob = posix.normalize(pattern.replace(/^\//, "")).replace(/\/$/, "");
  if (glob === ".") return true;
  const anywhere = glob.includes("/") ? [] : [`**/${glob}`];
  return [glob, ...anywhere].some(
    (each) => posix.matchesGlob(file, each) || posix.matchesGlob(file, `${each}/**`),
  );
}
