import type { JsonValue } from "@osiris/core";
import { mapTexts } from "../references.ts";
import { stepText } from "./example-step.ts";

const MAX_ID = 40;

/** A pipeline step that reads a resource through a connection, as it stands under `steps:`. */
export function readingStep(resource: {
  /** Becomes the step's id. */
  readonly name: string;
  readonly component: string;
  /** `@family.alias` */
  readonly connection: string;
  /** What it takes beside the connection. */
  readonly config: Readonly<Record<string, JsonValue>>;
}): string {
  const { name, component, connection, config } = resource;
  // Names are values: what looks like a reference in one is none.
  const literal = mapTexts(config, (text) => text.replaceAll("${", "$${")) as typeof config;
  return stepText({ id: stepId(name), component, mode: "read", config: { connection, ...literal } });
}

/** `2024/Orders EU.csv.gz` becomes `orders-eu`. */
function stepId(name: string): string {
  const file = name.split("/").at(-1) ?? name;
  const words = file
    .toLowerCase()
    .replace(/\.(csv|tsv|json|parquet)(\.\w+)?$/, "")
    .replaceAll(/[^a-z0-9]+/g, "-");
  const id = words
    .replace(/^[^a-z]+/, "")
    .slice(0, MAX_ID)
    .replace(/-+$/, "");
  return id === "" ? "read" : id;
}
