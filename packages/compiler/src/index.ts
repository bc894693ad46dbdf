export { fingerprint } from "./canonical.ts";
export { compile } from "./compile.ts";
export type { CompileRequest, CompileResult } from "./compile.ts";
export type { Components, InstalledComponent } from "./component.ts";
export { isPattern, mayRead, namedPaths, patternFolder } from "./config-paths.ts";
export {
  CONNECTION_REFERENCE,
  Connections,
  CONNECTIONS_FILE,
  CONNECTIONS_SCHEMA,
  fieldsFor,
  referenceParts,
} from "./connections.ts";
export type { Connection } from "./connections.ts";
export { codeSpan, visible } from "./explain/code-span.ts";
export { explain } from "./explain/explain.ts";
export type { ExplainRequest } from "./explain/explain.ts";
export type { ExplainedStep, Explanation, Reaches, Variable } from "./explain/explanation.ts";
export { FINDING_CODES } from "./finding-codes.ts";
export type { FindingCode, FindingCodeEntry, Severity } from "./finding-codes.ts";
export { renderExcerpt, renderFinding } from "./finding.ts";
export type { Excerpt, Finding, Place, PlaceInFile, ShownPlace } from "./finding.ts";
export { isRecord } from "./is-record.ts";
export { MANIFEST_SCHEMA, manifestFingerprint, stepFingerprint } from "./manifest.ts";
export type { CompiledPipeline, Manifest, ManifestStep, StepConfig } from "./manifest.ts";
export { missingComponent } from "./missing-component.ts";
export type { MissingComponent } from "./missing-component.ts";
export { didYouMean } from "./nearest.ts";
export { exampleStep, omlModes } from "./oml/example-step.ts";
export type { ExampleStep } from "./oml/example-step.ts";
export { DURATION_SCHEMA, parseDuration } from "./oml/duration.ts";
export { POLICY_PROPERTIES } from "./oml/step-policy.ts";
export type { RetryPolicy, StepPolicy, WrittenPolicy } from "./oml/step-policy.ts";
export { readingSteps } from "./oml/reading-steps.ts";
export { OML_VERSION, PIPELINE_NAME } from "./oml/oml.ts";
export type { OmlMode, OmlStep } from "./oml/oml.ts";
export { forEachText, mapTexts, referencesIn, replaceReferences } from "./references.ts";
export type { Path } from "./references.ts";
export { Report } from "./report.ts";
export {
  brokenConstraints,
  checkFileSchema,
  pointerToPath,
  schemaProblem,
  schemaProblems,
} from "./schema-check.ts";
export type { SchemaProblem } from "./schema-check.ts";
export { findSecrets } from "./secrets/check-secrets.ts";
export { isSecretName } from "./secrets/secret-names.ts";
export { KnownSecrets } from "./secrets/known-secrets.ts";
export { declaredSecrets } from "./secrets/declared-secrets.ts";
export { connectionsSchema } from "./schemas/connections-schema.ts";
export { pipelineSchema } from "./schemas/pipeline-schema.ts";
export { placeInText } from "./yaml/lines.ts";
export { MAX_FILE_CHARACTERS, Source } from "./yaml/source.ts";
export { readSpec, reviewSpec } from "./spec-file.ts";
export type { SpecFile } from "./spec-file.ts";
export type { NamedFile, ReadNamedFile } from "./steps/compile-files.ts";
export { StepOrder } from "./steps/step-order.ts";
