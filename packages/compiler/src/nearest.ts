import { distance } from "fastest-levenshtein";

/** The candidate that was probably meant, or undefined when none is close. */
export function nearest(wrong: string, candidates: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  const tolerance = Math.max(2, Math.floor(wrong.length / 3));
  for (const name of candidates) {
    // Cheap first: a great difference in length is a great distance.
    if (Math.abs(name.length - wrong.length) > tolerance) continue;
    const found = distance(wrong.toLowerCase(), name.toLowerCase());
    if (best === undefined || found < best.distance) best = { name, distance: found };
  }
  return best !== undefined && best.distance <= tolerance ? best.name : undefined;
}

/** More names than this help nobody. */
const MAX_LISTED = 20;

/** A hint for a wrong name: the nearest right one, else what there is. */
export function didYouMean(wrong: string, candidates: Iterable<string>): string {
  const all = [...candidates];
  const near = nearest(wrong, all);
  if (near !== undefined) return `Did you mean "${near}"?`;
  if (all.length === 0) return "There is none.";
  const shown = all.toSorted().slice(0, MAX_LISTED).join(", ");
  return all.length > MAX_LISTED
    ? `There is: ${shown} and ${all.length - MAX_LISTED} more.`
    : `There is: ${shown}.`;
}
