import type { ManifestStep } from "@osiris/compiler";
import { OsirisError, stateText, type JsonValue } from "@osiris/core";
import type { Redactor } from "./redactor.ts";

/**
 * A state that may be kept, as JSON text.
 * @throws OsirisError `state.invalid`, `state.secret`
 */
export function keptState(state: JsonValue, step: ManifestStep, redactor: Redactor): string {
  const text = stateText(state);
  if (JSON.stringify(redactor.value(JSON.parse(text))) === text) return text;
  throw new OsirisError({
    code: "state.secret",
    category: "internal",
    message: `Step "${step.id}" (${step.component}): its state holds a secret of this run, or a text that looks like one`,
    hint: "States are kept on disk. Leave the secret out, and take it from the config again.",
  });
}
