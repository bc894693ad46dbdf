import { distance } from "fastest-levenshtein";

/** The candidate that was probably meant, or undefined when none is close. */
export function nearest(wrong: string, candidates: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const name of candidates) {
    const found = distance(wrong.toLowerCase(), name.toLowerCase());
    if (best === undefined || found < best.distance) best = { name, distance: found };
  }
  const tolerance = Math.max(2, Math.floor(wrong.length / 3));
  return best !== undefined && best.distance <= tolerance ? best.name : undefined;
}

/** A hint for a wrong name: the nearest right one, else what there is. */
export function didYouMean(wrong: string, candidates: Iterable<string>): string {
  const all = [...candidates];
  const near = nearest(wrong, all);
  if (near !== undefined) return `Did you mean "${near}"?`;
  return all.length === 0 ? "There is none." : `There is: ${all.toSorted().join(", ")}.`;
}
