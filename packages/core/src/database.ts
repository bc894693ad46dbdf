import { loadDuckDb } from "./load-duckdb.ts";
import type { RunDatabase as OpenDatabase } from "./run-database/run-database.ts";
import type { StepTables as OpenTables } from "./run-database/step-tables.ts";

/** The name of the database file in a run folder. */
export const DATABASE_FILE = "pipeline_data.duckdb";

/** A run's DuckDB file, opened once. DuckDB's library is loaded when the first is opened. */
export type RunDatabase = OpenDatabase;

/** Opens run databases. */
export const RunDatabase: Pick<typeof OpenDatabase, "open" | "openReadOnly"> = {
  async open(path, settings, reachable) {
    const { RunDatabase } = await loadDuckDb(() => import("./run-database/run-database.ts"));
    return RunDatabase.open(path, settings, reachable);
  },
  async openReadOnly(path) {
    const { RunDatabase } = await loadDuckDb(() => import("./run-database/run-database.ts"));
    return RunDatabase.openReadOnly(path);
  },
};

/** The tables that one step makes in a run's database. */
export type StepTables = OpenTables;

/** Opens them. */
export const StepTables: Pick<typeof OpenTables, "open"> = {
  async open(database, stepId, options) {
    const { StepTables } = await loadDuckDb(() => import("./run-database/step-tables.ts"));
    return StepTables.open(database, stepId, options);
  },
};
