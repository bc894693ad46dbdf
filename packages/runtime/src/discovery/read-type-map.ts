import { schemaProblem } from "@osiris/compiler";
import type { JsonSchema, TypeMapping } from "@osiris/core";
import { defect } from "../connections/ask-driver.ts";
import type { DiscoveredComponent } from "./driver-package.ts";
import { loadDriver } from "./load-driver.ts";

const text = { type: "string", minLength: 1 };

const TYPE_MAP_SCHEMA: JsonSchema = {
  type: "array",
  items: {
    type: "object",
    required: ["native", "duckdb"],
    properties: { native: text, duckdb: text, only: { enum: ["read", "write"] }, note: text },
  },
};

/**
 * The types that a component reads or writes, as its driver says; undefined when it says nothing. Loads the driver.
 * @throws OsirisError when the driver cannot be loaded; `driver.broken` when it gives something else
 */
export async function readTypeMap(
  component: DiscoveredComponent,
): Promise<readonly TypeMapping[] | undefined> {
  const { typeMap } = await loadDriver(component);
  if (typeMap === undefined) return undefined;
  const problem = typeMapProblem(typeMap);
  if (problem !== undefined) throw defect(component, `its typeMap is wrong: ${problem}`);
  const { modes } = component.spec;
  return typeMap.filter(
    ({ only }) => only === undefined || modes.includes(only === "read" ? "extract" : "write"),
  );
}

/** What keeps a driver's table of types from being one; undefined when it is one. */
export function typeMapProblem(typeMap: unknown): string | undefined {
  return schemaProblem(TYPE_MAP_SCHEMA, typeMap, "it");
}
