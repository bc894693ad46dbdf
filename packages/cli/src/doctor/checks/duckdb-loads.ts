import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DoctorCheck, Finding } from "../doctor-check.ts";
import { askNode } from "../own-command.ts";

/** Makes a database as a run does, and asks it for its version. */
const SCRIPT = `
  const { RunDatabase } = await import(process.argv[1]);
  const database = await RunDatabase.open(process.argv[2], {}, { files: [], directories: [] });
  const connection = await database.connect();
  const { rows } = await connection.run("SELECT version() AS version");
  await database.close();
  process.stdout.write(JSON.stringify(rows[0]));`;

/** In a process of its own: a native library that does not fit this machine may end the process. */
export const duckDbLoadsCheck: DoctorCheck = {
  id: "duckdb.loads",
  async run({ cwd }) {
    const folder = mkdtempSync(join(tmpdir(), "osiris-doctor-"));
    try {
      const core = import.meta.resolve("@osiris/core");
      const file = join(folder, "probe.duckdb");
      const { document, stderr } = await askNode(cwd, ["--input-type=module", "--eval", SCRIPT, core, file]);
      const { version } = (document ?? {}) as { readonly version?: string };
      return version === undefined
        ? [broken(stderr)]
        : [{ status: "ok", message: `DuckDB ${version} works` }];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function broken(stderr: string): Finding {
  const why = /^\w*Error.*$/m.exec(stderr)?.[0] ?? "the process that loaded it ended without a word";
  return {
    status: "error",
    message: `DuckDB cannot be used: ${why}`,
    remedy: "Remove node_modules and install again; DuckDB's library for this platform may be missing.",
  };
}
