import { openSqlAnalyzer } from "@osiris/core";
import type { Components } from "./component.ts";
import { Connections } from "./connections.ts";
import type { Finding, PlaceInFile } from "./finding.ts";
import { buildPipeline, type CompiledPipeline } from "./manifest.ts";
import { withTodaysNames } from "./oml/aliases.ts";
import { OML_KEY_HINTS, OML_SCHEMA, type Oml } from "./oml/oml.ts";
import { readableSteps } from "./oml/readable.ts";
import type { WrittenPolicy } from "./oml/step-policy.ts";
import { resolveParams } from "./params.ts";
import { Report } from "./report.ts";
import { checkFileSchema } from "./schema-check.ts";
import { reportPipelineSecrets } from "./secrets/pipeline-secrets.ts";
import { askDrivers } from "./steps/ask-drivers.ts";
import { checkFiles } from "./steps/check-files.ts";
import { resolveInputs } from "./steps/check-inputs.ts";
import { checkNames } from "./steps/check-names.ts";
import { checkNeeds } from "./steps/check-needs.ts";
import type { ReadNamedFile } from "./steps/compile-files.ts";
import { draftStep, type CompileScope, type StepDraft } from "./steps/step-draft.ts";
import { Source } from "./yaml/source.ts";

export interface CompileRequest {
  /** The pipeline file's text. */
  readonly text: string;
  /** Its name, for findings only: it goes nowhere else. */
  readonly file: string;
  readonly components: Components;
  /** osiris_connections.yaml, which is checked where a step takes a connection. @default there is none */
  readonly connections?: { readonly text: string; readonly file: string };
  /** `--param` values, as given. @default none */
  readonly params?: Readonly<Record<string, string>>;
  /** The profile whose values apply. @default none */
  readonly profile?: string;
  /** What holds for steps that say nothing themselves: `defaults` of osiris.yaml. @default none */
  readonly defaults?: WrittenPolicy;
  /** Where relative paths start: for telling whether two paths are one file. @default "/" */
  readonly baseDir?: string;
  /** Reads the files that drivers ask for while they check configs. @default drivers see no file */
  readonly readFile?: ReadNamedFile;
}

/** Findings of a good result are warnings. */
export type CompileResult =
  | {
      readonly ok: true;
      readonly pipeline: CompiledPipeline;
      readonly findings: readonly Finding[];
      /** For SQL that fails when it runs. */
      readonly placeInFile: PlaceInFile;
    }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/**
 * Checks a pipeline and compiles it. Everything that is wrong is reported at once. Reads no clock, no network and
 * no environment, and files through `readFile` only: equal requests, and equal files, give byte-identical results. Drivers are
 * loaded through `components` only.
 */
export async function compile(request: CompileRequest): Promise<CompileResult> {
  const report = new Report();
  const source = new Source(request.text, request.file, () => secretNamesOf(request.components));
  const document = source.read(report);
  if (document === undefined) return { ok: false, findings: report.findings() };

  const oml = withTodaysNames(document.value, source, report);
  const whole = { source, what: "The pipeline", code: "oml" } as const;
  checkFileSchema(OML_SCHEMA, oml, whole, report, { keyHints: OML_KEY_HINTS });
  reportPipelineSecrets(oml, request.params ?? {}, source, report);

  const choice = { params: request.params ?? {}, profile: request.profile };
  const params = resolveParams(oml, choice, source, report);
  const connections = readConnectionsOnce(request, report);
  const scope: CompileScope = { source, components: request.components, params, connections, report };
  const steps = readableSteps(oml).map(({ step, index }) => draftStep(step, index, scope));
  checkNames(steps, source, report);
  checkNeeds(steps, source, report);
  await using analyzer = await openSqlAnalyzer();
  await askDrivers(steps, analyzer, scope, request.readFile);
  await resolveInputs(steps, analyzer, scope);
  checkFiles(steps, request.baseDir ?? "/", source, report);

  const findings = report.findings();
  if (report.hasErrors) return { ok: false, findings };
  const pipeline = buildPipeline(oml as Oml, params, request.profile, steps, request.defaults ?? {});
  return { ok: true, pipeline, findings, placeInFile: placesOfQueries(steps, report) };
}

function placesOfQueries(steps: readonly StepDraft[], report: Report): PlaceInFile {
  const queries = new Map(steps.flatMap(({ oml, query }) => (query === undefined ? [] : [[oml.id, query]])));
  return (step, offset) => {
    const query = queries.get(step);
    return query && report.shownAt(query.span(offset));
  };
}

/** The last names in the pointers to secrets of all components. */
function secretNamesOf({ installed }: Components): ReadonlySet<string> {
  const pointers = [...installed.values()].flatMap(({ spec }) => spec.secrets ?? []);
  return new Set(pointers.map((pointer) => pointer.slice(pointer.lastIndexOf("/") + 1)));
}

/** The file is nobody's business in a pipeline that takes no connection. */
function readConnectionsOnce(request: CompileRequest, report: Report): () => Connections | undefined {
  let read: { readonly connections: Connections | undefined } | undefined;
  return () => {
    read ??= {
      connections:
        request.connections === undefined
          ? Connections.none()
          : Connections.read(request.connections, request.components.installed, report),
    };
    return read.connections;
  };
}
