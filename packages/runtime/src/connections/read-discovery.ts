import { schemaProblem } from "@osiris/compiler";
import type { Discovery, JsonSchema } from "@osiris/core";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";
import { asJson, defect } from "./ask-driver.ts";

const text = { type: "string" };
const count = { type: "integer", minimum: 0 };

/** What the contract says of an answer. It may hold more: a driver may know a later contract. */
const DISCOVERY_SCHEMA: JsonSchema = {
  type: "object",
  required: ["resources"],
  properties: {
    incomplete: text,
    resources: {
      type: "array",
      items: {
        type: "object",
        required: ["name", "kind", "columns"],
        properties: {
          name: text,
          kind: text,
          rows: {
            type: "object",
            required: ["count", "exact"],
            properties: { count, exact: { type: "boolean" } },
          },
          bytes: count,
          sampled: { type: "boolean" },
          config: { type: "object" },
          samples: { type: "array", items: { type: "object" } },
          problem: text,
          columns: {
            type: "array",
            items: {
              type: "object",
              required: ["name", "type"],
              properties: {
                name: text,
                type: text,
                sourceType: text,
                nullable: { type: "boolean" },
                primaryKey: { type: "integer", minimum: 1 },
                description: text,
              },
            },
          },
        },
      },
    },
  },
};

/**
 * A driver's answer as plain JSON. Rows that nobody asked for are left out.
 * @throws OsirisError `driver.broken` when it is none that the contract allows
 */
export function readDiscovery(answer: unknown, component: DiscoveredComponent, samples: number): Discovery {
  const plain = asJson(answer, { component, method: "discover" });
  const problem = schemaProblem(DISCOVERY_SCHEMA, plain, "it");
  if (problem !== undefined) throw defect(component, `what its discover() gives is wrong: ${problem}`);
  const { resources, ...rest } = plain as Discovery;
  const names = new Set<string>();
  for (const { name } of resources) {
    if (names.has(name)) throw defect(component, `its discover() gives two resources called "${name}"`);
    names.add(name);
  }
  const shown = resources.map(({ samples: rows = [], ...resource }) =>
    samples > 0 ? { ...resource, samples: rows.slice(0, samples) } : resource,
  );
  return { ...rest, resources: shown };
}
