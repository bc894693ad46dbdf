import type { JsonValue } from "@osiris/core";
import { mapTexts } from "../references.ts";
import { stepText } from "./example-step.ts";

/** Something to read through a connection. */
export interface ReadableResource {
  /** Becomes the step's id. */
  readonly name: string;
  readonly component: string;
  /** What the step takes beside the connection. */
  readonly config: Readonly<Record<string, JsonValue>>;
}

/**
 * Pipeline steps that read resources, as they stand under `steps:`. No two have one id.
 * @param connection `@family.alias`
 */
export function readingSteps(resources: readonly ReadableResource[], connection: string): string {
  const taken = new Set<string>();
  const texts = resources.map(({ name, component, config }) => {
    // Names are values: what looks like a reference in one is none. As a text, "$$" would stand for one dollar sign.
    const literal = mapTexts(config, (text) => text.replaceAll("${", () => "$${")) as typeof config;
    const id = freeId(stepId(name), taken);
    return stepText({ id, component, mode: "read", config: { connection, ...literal } });
  });
  return texts.join("");
}

/** Shorter than `STEP_ID` allows: there is room for a number behind it. */
const MAX_ID = 40;

/** `2024/Orders EU.csv.gz` becomes `orders-eu`. */
function stepId(name: string): string {
  const file = name.slice(name.lastIndexOf("/") + 1).toLowerCase();
  const words = file.replace(/\.(csv|tsv)(\.(gz|zst))?$/, "").replaceAll(/[^a-z0-9]+/g, "-");
  const id = words
    .replace(/^[^a-z]+/, "")
    .slice(0, MAX_ID)
    .replace(/-$/, "");
  return id === "" ? "read" : id;
}

function freeId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let copy = 2; taken.has(id); copy++) id = `${wanted}-${copy}`;
  taken.add(id);
  return id;
}
