import { isRecord } from "../is-record.ts";
import type { Oml, OmlStep, TypedParam } from "../oml/oml.ts";
import { readableSteps } from "../oml/readable.ts";
import type { Report } from "../report.ts";
import type { Source } from "../yaml/source.ts";
import { reportSecrets } from "./check-secrets.ts";

/**
 * Reports the secrets in a pipeline file of any shape, and in the parameters that were given. Left out are the configs
 * of readable steps: those are checked with what their components' specs say of them.
 */
export function reportPipelineSecrets(
  oml: unknown,
  given: Readonly<Record<string, string>>,
  source: Source,
  report: Report,
): void {
  if (!isRecord(oml)) {
    reportSecrets(oml, { source, path: [] }, report);
    return;
  }
  const { description, params, steps, ...others } = oml as Partial<Record<keyof Oml, unknown>>;
  reportSecrets({ description }, { source, path: [], names: false }, report);
  reportSecrets(others, { source, path: [] }, report);
  reportParamSecrets(params, given, source, report);
  if (!Array.isArray(steps)) {
    reportSecrets({ steps }, { source, path: [] }, report);
    return;
  }
  const readable = new Set(readableSteps(oml).map(({ index }) => index));
  for (const [index, step] of (steps as readonly unknown[]).entries()) {
    const path = ["steps", index];
    if (readable.has(index)) {
      const { description: text, config: _, ...rest } = step as OmlStep;
      reportSecrets({ description: text }, { source, path, names: false }, report);
      reportSecrets(rest, { source, path }, report);
    } else {
      reportSecrets(step, { source, path }, report);
    }
  }
}

/** A parameter's values stand under `default` and `enum`, and its name is what tells what they are. */
function reportParamSecrets(
  params: unknown,
  given: Readonly<Record<string, string>>,
  source: Source,
  report: Report,
): void {
  if (!isRecord(params)) {
    reportSecrets({ params }, { source, path: [] }, report);
    return;
  }
  for (const [name, declaration] of Object.entries(params)) {
    const { description, type, min, max, ...values } = isRecord(declaration)
      ? (declaration as Partial<Record<keyof TypedParam, unknown>>)
      : { default: declaration };
    for (const value of [...Object.values(values), Object.hasOwn(given, name) ? given[name] : undefined]) {
      reportSecrets({ [name]: value }, { source, path: ["params"] }, report);
    }
    const path = ["params", name];
    reportSecrets({ description, type, min, max }, { source, path, names: false }, report);
  }
}
