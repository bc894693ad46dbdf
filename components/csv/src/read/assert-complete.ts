import { stat } from "node:fs/promises";
import { OsirisError, type CreatedTable } from "@osiris/core";
import type { TableScan } from "./table-scan.ts";

/**
 * The last word on a load: DuckDB has read as many records as the scan, of files that are still what they were.
 * @throws OsirisError `csv.file_changed` or `csv.count_mismatch`
 */
export async function assertComplete(table: CreatedTable, scan: TableScan): Promise<void> {
  for (const { file } of scan.scans) {
    const { size, mtimeMs } = await stat(file.path);
    if (size === file.bytes && mtimeMs === file.modified) continue;
    throw new OsirisError({
      code: "csv.file_changed",
      category: "external",
      retryable: true,
      message: `${file.path} was changed while it was read`,
      hint: "Run the pipeline when whoever writes the file has finished.",
    });
  }
  if (table.rows === scan.records) return;
  const paths = scan.scans.map(({ file }) => file.path);
  throw new OsirisError({
    code: "csv.count_mismatch",
    category: "internal",
    message: `DuckDB read ${table.rows} records where there are ${scan.records}: ${paths.join(", ")}`,
    hint: "Please report it, with the file if you can.",
  });
}
