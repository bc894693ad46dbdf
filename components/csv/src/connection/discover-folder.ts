import { join } from "node:path";
import { OsirisError, type DiscoverRequest, type Discovery, type Resource } from "@osiris/core";
import { assertReadable } from "./check-folder.ts";
import type { CsvConnection } from "./connection.ts";
import { describeFile } from "./describe-file.ts";
import { walkFolder } from "./walk-folder.ts";

const CSV_FILE = /\.(csv|tsv)(\.(gz|zst))?$/i;

/** The CSV files in `base_dir` and below it, with the columns and types that the extractor finds in their first block. */
export async function discoverFolder({
  connection,
  samples,
  signal,
}: DiscoverRequest<CsvConnection>): Promise<Discovery> {
  const { base_dir: folder } = connection;
  if (folder === undefined) {
    throw new OsirisError({
      code: "csv.no_base_dir",
      category: "usage",
      message: "The connection has no base_dir: there is no folder to look into",
      hint: "Set base_dir in osiris_connections.yaml.",
    });
  }
  await assertReadable(folder);
  const { names, incomplete } = await walkFolder(folder, CSV_FILE, signal);
  const resources: Resource[] = [];
  for (const name of names) {
    signal.throwIfAborted();
    resources.push(await describeFile(join(folder, name), name, samples, signal));
  }
  return { resources, ...(incomplete === undefined ? {} : { incomplete }) };
}
