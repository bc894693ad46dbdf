import { OsirisError } from "./errors.ts";

/**
 * Imports a module that needs DuckDB's library. It is imported so, and nowhere else, because loading the library takes longer than
 * all else that a command does which opens no database.
 * @throws OsirisError `duckdb.load_failed`: most often npm has left out the library for this platform
 */
export async function loadDuckDb<Module>(load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    throw new OsirisError({
      code: "duckdb.load_failed",
      category: "resource",
      message: `DuckDB cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      hint: "Remove node_modules and install again; DuckDB's library for this platform may be missing.",
      cause: error,
    });
  }
}
