export { readConnections } from "./config/step-configs.ts";
export { readSourceText } from "./config/source-text.ts";
export { readSurroundings } from "./config/surroundings.ts";
export type { Surroundings } from "./config/surroundings.ts";
export { InvalidFileError } from "./config/invalid-file.ts";
export { PROJECT_SCHEMA, readProjectConfig, RETAIN } from "./config/project-config.ts";
export type { ProjectConfig, Retain } from "./config/project-config.ts";
export { compilerView, openCatalog } from "./discovery/catalog.ts";
export type { Catalog, DiscoveryScope, PackageProblem } from "./discovery/catalog.ts";
export { checkDriverPackage } from "./discovery/check-driver-package.ts";
export type { DriverPackageCheck } from "./discovery/check-driver-package.ts";
export { findComponent } from "./discovery/find-component.ts";
export type { DiscoveredComponent } from "./discovery/driver-package.ts";
export { findDriverPackage } from "./discovery/find-driver-package.ts";
export { isManifestText, readManifestFiles, writeManifestFiles } from "./manifest-files.ts";
export type { RunnablePipeline } from "./manifest-files.ts";
export { keyText } from "./pipeline-key.ts";
export type { PipelineKey } from "./pipeline-key.ts";
export { planClean } from "./run/clean-plan.ts";
export type { CleanCriteria, CleanPlan, CleanReason, LeftAlone, Removal } from "./run/clean-plan.ts";
export { removeRun } from "./run/remove-run.ts";
export { acquireRunLock, runLockHolder, runningError, tryRunLock } from "./run/run-lock.ts";
export type { LockHolder, OnRunning, RunLock, RunLockRequest } from "./run/run-lock.ts";
export type { RunEvent } from "./run/run-log.ts";
export type { RunState } from "./run/run-state.ts";
export { runPipeline } from "./run/run-pipeline.ts";
export type { RunRequest } from "./run/run-pipeline.ts";
export type { RecordedError, RunRecord, RunStatus, StepRecord, StepStatus } from "./run/run-record.ts";
export { isUnfinished, lastUnfinished, namedUnfinished } from "./run/find-resumable.ts";
export { findRun, listRuns, sessionsFolder } from "./run/sessions.ts";
export { authorText, FileStateStore, stateFolder } from "./state/file-state-store.ts";
export type {
  PipelineState,
  StateAuthor,
  StateChanges,
  StateStore,
  StateVersion,
  StepState,
} from "./state/state-store.ts";
