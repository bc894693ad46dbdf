import type { ComponentSpec } from "@osiris/core";
import { stringify } from "yaml";
import { MODES, type OmlMode, type OmlStep } from "./oml.ts";

/** As long as `STEP_ID` allows. */
const MAX_STEP_ID = 63;

/** A pipeline step made of one of a spec's examples. */
export interface ExampleStep {
  readonly title: string;
  readonly step: OmlStep;
  /** The step as it stands in a pipeline file under `steps:`, with its title as a comment. */
  readonly yaml: string;
}

/** The `index`-th example, from 0; undefined when the spec has no such example. */
export function exampleStep(spec: ComponentSpec, index: number): ExampleStep | undefined {
  const example = spec.examples[index];
  const [mode] = omlModes(spec);
  if (example === undefined || mode === undefined) return undefined;
  const step = { id: stepId(spec.name), component: spec.name, mode, config: example.config };
  const title = example.title.replaceAll(/\s+/g, " ").trim();
  return { title, step, yaml: `  # ${title}\n${stepText(step)}` };
}

/** A step as it stands in a pipeline file under `steps:`. */
export function stepText(step: OmlStep): string {
  return indented(stepYaml(step));
}

/** What pipelines can write as `mode` for a component. */
export function omlModes(spec: Pick<ComponentSpec, "modes">): readonly OmlMode[] {
  const modes = Object.keys(MODES) as OmlMode[];
  return modes.filter((mode) => spec.modes.includes(MODES[mode]));
}

/** The component's name as an id: steps of several components then have several ids. */
function stepId(component: string): string {
  return component.replaceAll(/[._]/g, "-").slice(0, MAX_STEP_ID);
}

function stepYaml(step: OmlStep): string {
  return stringify([step], { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Two spaces, as below `steps:`; lines of a block scalar stay empty where they are. */
function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
