import type { ComponentSpec, JsonSchema } from "@osiris/core";
import type { InstalledComponent } from "../component.ts";
import { MODES, OML_SCHEMA, STEP_SCHEMA, type OmlMode } from "../oml/oml.ts";
import { configAsWritten, DEFINITIONS } from "./as-written.ts";

/**
 * The JSON Schema of a pipeline file where these components are installed: for editors, and for checks without Osiris.
 * It accepts every pipeline that the compiler accepts, and more: names, SQL, secrets and a component's own rules are
 * the compiler's. Steps with the old names `uses` and `with` pass unchecked; those are marked as deprecated and, as
 * patterns of names, offered by no editor.
 *
 * Equal components give an equal document, whatever their order.
 */
export function pipelineSchema(installed: ReadonlyMap<string, InstalledComponent>): JsonSchema {
  // No $id: what is installed differs from project to project, and two schemas must not have one name.
  const { $id: _, ...oml } = OML_SCHEMA;
  const specs = byName(installed);
  return {
    ...oml,
    properties: {
      ...OML_SCHEMA.properties,
      steps: { ...OML_SCHEMA.properties["steps"], items: stepSchema(specs) },
    },
    $defs: {
      ...DEFINITIONS,
      ...Object.fromEntries(specs.map((spec) => [spec.name, configDefinition(spec)])),
    },
  };
}

/** The components' specs, sorted. */
export function byName(installed: ReadonlyMap<string, InstalledComponent>): readonly ComponentSpec[] {
  return [...installed.values()].map(({ spec }) => spec).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function configDefinition(spec: ComponentSpec): JsonSchema {
  const { title, description } = spec;
  return { title, description, ...configAsWritten(spec) };
}

function stepSchema(specs: readonly ComponentSpec[]): JsonSchema {
  // Nothing is known of any component.
  if (specs.length === 0) return STEP_SCHEMA;
  const { component, mode } = STEP_SCHEMA.properties;
  const old = { deprecated: true, description: "The old name of component (uses) or config (with)." };
  return {
    ...STEP_SCHEMA,
    title: "Step",
    required: ["id", "mode"],
    properties: {
      ...STEP_SCHEMA.properties,
      component: {
        ...component,
        anyOf: specs.map(({ name, title, description }) => ({ const: name, title, description })),
      },
      // Which modes there are is up to the component, below.
      mode: { type: "string", description: mode?.["description"] },
    },
    patternProperties: { "^(uses|with)$": old },
    if: { type: "object", required: ["uses"] },
    else: { required: ["component"] },
    allOf: [
      ...specs.map(ruleOfComponent),
      {
        if: isComponent({ enum: specs.map(({ name }) => name) }),
        else: { properties: { mode } },
      },
    ],
  };
}

function ruleOfComponent(spec: ComponentSpec): JsonSchema {
  const { required } = configAsWritten(spec) as { readonly required?: readonly string[] };
  const modes = (Object.keys(MODES) as OmlMode[]).filter((mode) => spec.modes.includes(MODES[mode]));
  return {
    if: { ...isComponent({ const: spec.name }), not: { required: ["with"] } },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's word
    then: {
      properties: { mode: { enum: modes }, config: { $ref: `#/$defs/${spec.name}` } },
      ...(required === undefined ? {} : { required: ["config"] }),
    },
  };
}

/** Without its type, editors take a step that is not there yet for a match. */
function isComponent(name: JsonSchema): JsonSchema {
  return { type: "object", properties: { component: name }, required: ["component"] };
}
