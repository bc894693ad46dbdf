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
export type { DiscoveredComponent } from "./discovery/driver-package.ts";
export { findDriverPackage } from "./discovery/find-driver-package.ts";
export { resolvePackageJson } from "./discovery/package-roots.ts";
export { isManifestText, readManifestFiles, writeManifestFiles } from "./manifest-files.ts";
export type { RunnablePipeline } from "./manifest-files.ts";
export { Redactor } from "./run/redactor.ts";
export type { RunEvent } from "./run/run-log.ts";
export { runPipeline } from "./run/run-pipeline.ts";
export type { RunRequest } from "./run/run-pipeline.ts";
export type { RecordedError, RunRecord, RunStatus, StepRecord, StepStatus } from "./run/run-record.ts";
export { findRun, listRuns, sessionsFolder } from "./run/sessions.ts";
