export { ON_RUNNING, RETAIN, RUN_STATUSES } from "./choices.ts";
export type { OnRunning, Retain, RunStatus } from "./choices.ts";
export { readAllConnections, readConnections } from "./config/step-configs.ts";
export { checkConnections } from "./connections/check-connections.ts";
export type { CheckOptions, ConnectionCheck, DriverCheck } from "./connections/check-connections.ts";
export type { ConnectionError } from "./connections/ask-driver.ts";
export { referenceTo } from "./connections/connection-config.ts";
export { discoverConnection } from "./connections/discover-connection.ts";
export type {
  ConnectionDiscovery,
  DiscoverOptions,
  DiscoveredResource,
} from "./connections/discover-connection.ts";
export { listConnections } from "./connections/list-connections.ts";
export type { ListedConnection } from "./connections/list-connections.ts";
export { namedFileReader } from "./config/named-files.ts";
export { readSourceText } from "./config/source-text.ts";
export { readSurroundings } from "./config/surroundings.ts";
export type { Surroundings } from "./config/surroundings.ts";
export { InvalidFileError } from "./config/invalid-file.ts";
export { PROJECT_SCHEMA, readProjectConfig } from "./config/project-config.ts";
export type { ProjectConfig } from "./config/project-config.ts";
export { compilerView, openCatalog } from "./discovery/catalog.ts";
export type { Catalog, DiscoveryScope, PackageProblem } from "./discovery/catalog.ts";
export { checkDriverPackage } from "./discovery/check-driver-package.ts";
export type { DriverPackageCheck } from "./discovery/check-driver-package.ts";
export { findComponent } from "./discovery/find-component.ts";
export type { DiscoveredComponent, ReadingDepth } from "./discovery/driver-package.ts";
export { findDriverPackage } from "./discovery/find-driver-package.ts";
export { readTypeMap } from "./discovery/read-type-map.ts";
export { resolvePackageJson } from "./discovery/package-roots.ts";
export { isManifestText, readManifestFiles, writeManifestFiles } from "./manifest-files.ts";
export type { RunnablePipeline } from "./manifest-files.ts";
export { planPipeline } from "./plan/plan-pipeline.ts";
export type { PlanPipelineRequest, StepPlan } from "./plan/plan-pipeline.ts";
export { hiddenPartial, replaceFile } from "./replace-file.ts";
export { EVENTS } from "./records/event-table.ts";
export type { EventEntry } from "./records/event-table.ts";
export { EVENT_SCHEMA, METRIC_SCHEMA } from "./records/line-schemas.ts";
export { METRICS } from "./records/metric-table.ts";
export type { MetricEntry } from "./records/metric-table.ts";
export { RUN_SCHEMA } from "./records/run-schema.ts";
export { keyText } from "./pipeline-key.ts";
export type { PipelineKey } from "./pipeline-key.ts";
export { planClean } from "./run/clean-plan.ts";
export type { CleanCriteria, CleanPlan, CleanReason, LeftAlone, Removal } from "./run/clean-plan.ts";
export { removeRun } from "./run/remove-run.ts";
export { acquireRunLock, runningError, tryRunLock } from "./run/run-lock.ts";
export type { LockHolder, RunLock, RunLockRequest } from "./run/run-lock.ts";
export { Redactor } from "./run/redactor.ts";
export type { RunEvent } from "./run/run-log.ts";
export type { RunState } from "./run/run-state.ts";
export { RunProgress } from "./run/run-progress.ts";
export type { StepProgress } from "./run/run-progress.ts";
export { readRunRecord } from "./run/run-record.ts";
export { NOT_DONE } from "./run/reuse.ts";
export { runPipeline } from "./run/run-pipeline.ts";
export type { RunRequest } from "./run/run-request.ts";
export type { RecordedError, RunRecord, StepRecord, StepStatus, UnreadableRun } from "./run/run-record.ts";
export { findRun, listRunFolders, listRuns, sessionsFolder } from "./run/sessions.ts";
export { lastUnfinished, namedUnfinished } from "./run/find-resumable.ts";
export { authorText, FileStateStore, stateFolder } from "./state/file-state-store.ts";
export type {
  PipelineState,
  StateAuthor,
  StateChanges,
  StateStore,
  StateVersion,
  StepState,
} from "./state/state-store.ts";
