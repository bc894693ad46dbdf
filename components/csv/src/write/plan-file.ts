import { access, constants, stat } from "node:fs/promises";
import { dirname } from "node:path";
import {
  isOsirisError,
  OsirisError,
  type PlannedChange,
  type PlanRequest,
  type WritePlan,
} from "@osiris/core";
import { fileError } from "../errors.ts";
import { assertColumnsExist, compressionOf, type CsvWriterConfig } from "./config.ts";
import { assertReplaceable } from "./destination.ts";

/** What a step would do to its file, found by looking. The rows of the file that is there are not counted. */
export async function planFile({ config, input }: PlanRequest<CsvWriterConfig>): Promise<WritePlan> {
  try {
    compressionOf(config);
    if (input !== undefined) assertColumnsExist(config, input);
    const folder = await existingFolder(config);
    const isThere = (await assertReplaceable(config.path)) !== undefined;
    await access(folder, constants.W_OK | constants.X_OK);
    const columns = config.columns ?? input?.columns.map(({ name }) => name);
    return { changes: [...newFolder(config, folder), fileChange(config, isThere, columns)] };
  } catch (error) {
    // What the run would fail with before it writes.
    const known = fileError(error, config.path);
    if (!isOsirisError(known)) throw known;
    const { message, hint } = known;
    return { changes: [], refused: [{ message, ...(hint === undefined ? {} : { hint }) }] };
  }
}

/** The folder of the file, or the first one above it that is there. */
async function existingFolder({ path, create_dirs }: CsvWriterConfig): Promise<string> {
  let folder = dirname(path);
  while (!(await isFolder(folder))) {
    if (!create_dirs) throw noFolder(path, folder);
    folder = dirname(folder);
  }
  return folder;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined || found.isDirectory()) return found !== undefined;
  throw Object.assign(new Error(`${path} is a file`), { code: "ENOTDIR" });
}

function noFolder(path: string, folder: string): OsirisError {
  return new OsirisError({
    code: "csv.folder_not_found",
    category: "usage",
    message: `The folder of ${path} does not exist`,
    hint: `Make ${folder}, or say create_dirs: true.`,
  });
}

function newFolder({ path }: CsvWriterConfig, existing: string): readonly PlannedChange[] {
  const name = dirname(path);
  if (name === existing) return [];
  return [{ action: "create", kind: "folder", name, message: "Makes the folder, which is missing." }];
}

function fileChange(
  { path }: CsvWriterConfig,
  isThere: boolean,
  columns: readonly string[] | undefined,
): PlannedChange {
  const what = columns === undefined ? "" : ` with the columns ${listed(columns)}`;
  const kind = "file";
  return isThere
    ? { action: "replace", kind, name: path, message: `Replaces the file as a whole${what}.` }
    : { action: "create", kind, name: path, message: `Makes the file${what}.` };
}

const MAX_LISTED = 20;

function listed(columns: readonly string[]): string {
  const more = columns.length - MAX_LISTED;
  return `${columns.slice(0, MAX_LISTED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
