import { schemaProblem } from "@osiris/compiler";
import type { JsonSchema, WritePlan } from "@osiris/core";
import { asJson, defect } from "../connections/ask-driver.ts";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";

const text = { type: "string" };

/** What the contract says of a plan. It may hold more: a driver may know a later contract. */
const PLAN_SCHEMA: JsonSchema = {
  type: "object",
  required: ["changes"],
  properties: {
    changes: {
      type: "array",
      items: {
        type: "object",
        required: ["action", "kind", "name", "message"],
        properties: {
          action: { enum: ["create", "alter", "append", "replace", "upsert", "delete"] },
          kind: text,
          name: text,
          message: text,
          sql: text,
          rows: {
            type: "object",
            required: ["count", "exact"],
            properties: { count: { type: "integer", minimum: 0 }, exact: { type: "boolean" } },
          },
        },
      },
    },
    refused: {
      type: "array",
      items: { type: "object", required: ["message"], properties: { message: text, hint: text } },
    },
  },
};

/**
 * A driver's answer as plain JSON.
 * @throws OsirisError `driver.broken` when it is none that the contract allows
 */
export function readPlan(answer: unknown, component: DiscoveredComponent): WritePlan {
  const plain = asJson(answer, { component, method: "plan" });
  const problem = schemaProblem(PLAN_SCHEMA, plain, "it");
  if (problem !== undefined) throw defect(component, `what its plan() gives is wrong: ${problem}`);
  return plain as WritePlan;
}
