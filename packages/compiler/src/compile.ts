import { openSqlParser } from "@osiris/core";
import { resolveInputs } from "./check-inputs.ts";
import { checkFiles, checkNames, checkNeeds, draftStep } from "./check-steps.ts";
import type { Components } from "./component.ts";
import { readableParams, readableSteps, Report } from "./draft.ts";
import { inReadingOrder, type Finding } from "./finding.ts";
import { buildPipeline, type CompiledPipeline } from "./manifest.ts";
import { OML_SCHEMA, type Oml } from "./oml.ts";
import { resolveParams } from "./params.ts";
import { checkSchema } from "./schema-check.ts";
import { Source } from "./source.ts";

export interface CompileRequest {
  /** The pipeline file's text. */
  readonly text: string;
  /** Its name, for findings only: it goes nowhere else. */
  readonly file: string;
  readonly components: Components;
  /** `--param` values, as given. @default none */
  readonly params?: Readonly<Record<string, string>>;
}

export type CompileResult =
  | { readonly ok: true; readonly pipeline: CompiledPipeline }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * Checks a pipeline and compiles it. Everything that is wrong is reported at once. Reads no file, no clock and no
 * network: equal requests give byte-identical results.
 */
export async function compile(request: CompileRequest): Promise<CompileResult> {
  const source = new Source(request.text, request.file);
  const syntax = source.syntaxFindings();
  if (syntax.length > 0) return { ok: false, findings: inReadingOrder(syntax) };

  const report = new Report(source);
  const oml = source.value();
  if (oml instanceof Error) {
    const hint = "Write the repeated part out; a pipeline needs few anchors.";
    report.add([], "yaml.aliases", `The file's aliases cannot be resolved: ${oml.message}`, hint);
    return { ok: false, findings: report.findings };
  }
  const whole = { source, root: [], what: "The pipeline", code: "oml" };
  report.findings.push(...checkSchema(OML_SCHEMA, oml, whole));

  const { params, findings } = resolveParams(readableParams(oml), request.params ?? {}, source);
  report.findings.push(...findings);

  const steps = readableSteps(oml).map(({ step, index }) =>
    draftStep(step, index, request.components, params, report),
  );
  checkNames(steps, report);
  checkNeeds(steps, report);
  await using parser = await openSqlParser();
  await resolveInputs(steps, parser, params, report);
  checkFiles(steps, report);

  if (report.findings.length > 0) return { ok: false, findings: inReadingOrder(report.findings) };
  return { ok: true, pipeline: buildPipeline(oml as Oml, params, steps) };
}
