/** True when a step runs only after another one has ended, through any number of steps between. */
export function waitsFor<Step extends { readonly needs: readonly string[] }>(
  step: Step,
  other: Step,
  byId: ReadonlyMap<string, Step>,
): boolean {
  const seen = new Set<Step>();
  const open = [step];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const need of at.needs.map((id) => byId.get(id))) {
      if (need === other) return true;
      if (need === undefined || seen.has(need)) continue;
      seen.add(need);
      open.push(need);
    }
  }
  return false;
}
