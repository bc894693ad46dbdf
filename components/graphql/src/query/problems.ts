import type { ConfigProblem } from "@osiris/core";
import type { ASTNode, GraphQLError } from "graphql";

/** What is wrong with a config, as it is found. */
export class Problems {
  readonly all: ConfigProblem[] = [];

  add(path: string, message: string, hint?: string): void {
    this.all.push({ path, message, ...(hint === undefined ? {} : { hint }) });
  }

  /** A mistake that the graphql package found in the query. */
  addError(error: GraphQLError, hint?: string): void {
    const [place] = error.locations ?? [];
    const where = place === undefined ? "" : ` (line ${place.line}, column ${place.column} of the query)`;
    this.add("/query", `${error.message.replace(/\.$/, "")}${where}`, hint);
  }
}

/** `line 3, column 5 of the query`. */
export function placeOf(node: ASTNode): string {
  const { line, column } = node.loc?.startToken ?? { line: 1, column: 1 };
  return `line ${line}, column ${column} of the query`;
}

/** More names than this help nobody. */
const MAX_LISTED = 20;

/** A hint for a wrong name: the nearest right one, else what there is. */
export function didYouMean(wrong: string, right: Iterable<string>): string {
  const names = [...right];
  const ranked = names
    .map((name) => ({ name, distance: editDistance(wrong.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  if (best === undefined) return "There is none.";
  if (best.distance <= Math.max(2, Math.floor(wrong.length / 3))) return `Did you mean "${best.name}"?`;
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : "";
  return `There is: ${names.slice(0, MAX_LISTED).join(", ")}${more}.`;
}

/** How many letters have to be put in, taken out or replaced (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
