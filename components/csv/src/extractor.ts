import { defineDriver, type CreatedTable, type Driver, type DriverContext } from "@osiris/core";
import { checkFolder } from "./connection/check-folder.ts";
import type { CsvConnection } from "./connection/connection.ts";
import { discoverFolder } from "./connection/discover-folder.ts";
import { assertComplete } from "./read/assert-complete.ts";
import { configProblems, knownColumns, type CsvExtractorConfig } from "./read/config.ts";
import { dialectOf, type CsvDialect } from "./read/dialect.ts";
import { findFiles } from "./read/find-files.ts";
import { EarlyLoad } from "./read/early-load.ts";
import { loadTable, type LoadSetup } from "./read/load-table.ts";
import { openRecords } from "./read/open-records.ts";
import {
  assertColumnsExist,
  assertSameColumns,
  nameColumns,
  namesWithoutHeader,
} from "./read/table-columns.ts";
import { TableScan, type CsvFile } from "./read/table-scan.ts";

/**
 * `filesystem.csv_extractor`. One pass over the bytes checks every record and every value, and finds the types;
 * DuckDB then reads the files, with everything declared. No row becomes a JavaScript value.
 */
export const csvExtractor: Driver<CsvExtractorConfig, CsvConnection> = defineDriver({
  async run({ config, ctx }) {
    const dialect = dialectOf(config);
    const files = await describeFiles(config, dialect, ctx);
    const setup: LoadSetup = { files, config, dialect, ctx };
    const names = config.columns ?? files[0]?.columns.map(({ name }) => name) ?? [];
    const scan = new TableScan(files, names, config, dialect, ctx);
    const table = await scanAndLoad(scan, setup);
    await assertComplete(table, scan);
    tell(table, scan, setup);
    return { rows: table.rows };
  },

  validate: configProblems,
  columns: knownColumns,
  check: checkFolder,
  discover: discoverFolder,
});

/** The files and their columns, before a value of them is read. */
async function describeFiles(
  config: CsvExtractorConfig,
  dialect: CsvDialect,
  ctx: DriverContext,
): Promise<readonly CsvFile[]> {
  const files: CsvFile[] = [];
  for (const file of await findFiles(config)) {
    const records = await openRecords(file, config, dialect, ctx.signal);
    await records.close();
    const { head } = records;
    const names =
      config.header === false ? namesWithoutHeader(head.header.length, config, file.path) : head.header;
    const columns = nameColumns(names);
    assertColumnsExist(columns, file.path, config);
    const [first] = files;
    if (first !== undefined)
      assertSameColumns({ path: first.file.path, ...first }, { path: file.path, columns });
    files.push({ file, head, columns });
  }
  return files;
}

async function scanAndLoad(scan: TableScan, setup: LoadSetup): Promise<CreatedTable> {
  const { config, ctx } = setup;
  const rejects = config.on_bad_lines === "reject" ? await ctx.openRejects() : undefined;
  let early: EarlyLoad | undefined;
  try {
    await scan.run(rejects, (soFar) => {
      if (early === undefined && EarlyLoad.isWorthwhile(soFar, setup))
        early = new EarlyLoad(scan, soFar, setup);
    });
  } catch (error) {
    await early?.drop();
    throw error;
  }
  return (await early?.settle(scan)) ?? (await loadTable(scan, setup));
}

function tell(table: CreatedTable, scan: TableScan, { files, ctx }: LoadSetup): void {
  const sources = new Map(files[0]?.columns.map(({ name, inFile }) => [name, inFile]));
  const columns = scan.decide().map((column) => {
    const source = sources.get(column.name) ?? column.name;
    if (source === column.name) return { ...column };
    ctx.log("warn", `The column "${source}" is called "${column.name}" in the table`, {
      from: source,
      to: column.name,
    });
    return { ...column, source_name: source };
  });
  ctx.event("schema", { table: table.table, columns });
  const bytes = scan.scans.reduce((sum, { file }) => sum + file.bytes, 0);
  ctx.metric("bytes_read", bytes, "bytes");
}
