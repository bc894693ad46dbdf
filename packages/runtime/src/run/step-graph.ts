import type { ManifestStep } from "@osiris/compiler";

/** The steps that read each step's tables, by id. */
export function readersOf(steps: readonly ManifestStep[]): ReadonlyMap<string, readonly ManifestStep[]> {
  const readers = new Map<string, ManifestStep[]>(steps.map(({ id }) => [id, []]));
  for (const step of steps) for (const need of step.needs) readers.get(need)?.push(step);
  return readers;
}

/** A step and all that it needs, directly or not, in the pipeline's order. Steps stand below those that they need. */
export function upTo(steps: readonly ManifestStep[], last: string): readonly ManifestStep[] {
  const wanted = new Set([last]);
  for (const { id, needs } of steps.toReversed()) {
    if (wanted.has(id)) for (const need of needs) wanted.add(need);
  }
  return steps.filter(({ id }) => wanted.has(id));
}
