import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { mariadbServer, useServer } from "@osiris/services";
import { expect, test } from "vitest";
import { osirisWith } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const server = useServer(mariadbServer());

/** 200 bytes a row, that no compression makes small. */
const DIGESTS = Array.from({ length: 6 }, (_, at) => `md5(CAST(i + ${at} AS VARCHAR))`).join(", ");
const ROWS = `SELECT i AS id, concat(${DIGESTS}) AS text FROM range(1000000) AS t(i)`;

/** Leaves the most memory that the process has held, in megabytes. */
const REPORT = `import { writeFileSync } from "node:fs";
process.once("exit", () => writeFileSync(process.env.REPORT, String(process.resourceUsage().maxRSS / 1024)));`;

// Both the rows in DuckDB's file and their lines are 200 MB; DuckDB itself is held to 128.
test.each(["load_data", "insert"])(
  "a million rows go out by %s in little memory",
  { timeout: 180_000 },
  async (load) => {
    const table = `million_${load}`;
    const folder = project({
      "pipeline.yaml": pipeline(`
  - { id: rows, component: duckdb.processor, mode: transform, config: { query: "${ROWS}" } }
  - id: write
    component: mysql.writer
    mode: write
    needs: [rows]
    config: { host: ${server.host}, port: ${server.port}, user: ${server.user}, password: "\${PASSWORD}", database: ${server.database},
      table: ${table}, create_table: true, primary_key: [id], load: ${load} }
`),
    });
    const report = join(folder, "report.mjs");
    writeFileSync(report, REPORT);
    const { exitCode, stderr } = await osirisWith(
      {
        PASSWORD: server.password,
        REPORT: join(folder, "megabytes"),
        NODE_OPTIONS: `--import=${pathToFileURL(report).href}`,
      },
      folder,
      "run",
      "pipeline.yaml",
      "--memory-limit",
      "128MB",
    );
    expect([exitCode, stderr]).toEqual([0, expect.any(String)]);
    expect(Number(readFileSync(join(folder, "megabytes"), "utf8"))).toBeLessThan(500);
  },
);
