import { access, constants, opendir, stat } from "node:fs/promises";
import { OsirisError, type CheckRequest, type CheckResult } from "@osiris/core";
import type { CsvConnection } from "./connection.ts";

/** Whether steps can work in `base_dir`. A folder that can only be read is good for extractors, and a warning. */
export async function checkFolder({ connection }: CheckRequest<CsvConnection>): Promise<CheckResult> {
  const { base_dir: folder } = connection;
  if (folder === undefined) return { details: "no base_dir: paths start at the pipeline file" };
  await assertReadable(folder);
  const details = `the folder ${folder}`;
  const why = await refusal(folder);
  if (why === undefined) return { details };
  const hint = "Extractors do not mind. For a writer change the folder's permissions, or base_dir.";
  return { details, warnings: [{ message: `${folder} cannot be written: ${why}`, hint }] };
}

/** @throws OsirisError when the folder is none, or may not be read */
export async function assertReadable(folder: string): Promise<void> {
  try {
    if (!(await stat(folder)).isDirectory()) throw notAFolder(folder);
    // Names alone are not enough: without the x bit nothing in the folder can be opened.
    await access(folder, constants.R_OK | constants.X_OK);
    // Opened and no more: a folder may have a million names, and this has two seconds.
    await (await opendir(folder)).close();
  } catch (error) {
    throw folderError(error, folder);
  }
}

/** Why the folder cannot be written; undefined when it can. */
async function refusal(folder: string): Promise<string | undefined> {
  try {
    await access(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EROFS"
      ? "its file system is read-only"
      : "its permissions do not allow it";
  }
}

function notAFolder(folder: string): OsirisError {
  return new OsirisError({
    code: "csv.not_a_folder",
    category: "usage",
    message: `base_dir ${folder} is not a folder`,
    hint: "Name the folder that the files lie in.",
  });
}

/** What Node's codes mean for a folder. Other errors come back as they are. */
function folderError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === "ENOTDIR") return notAFolder(folder);
  if (code === "ENOENT") {
    return new OsirisError({
      code: "csv.folder_not_found",
      category: "usage",
      message: `base_dir ${folder} does not exist`,
      hint: "Correct base_dir, which starts at osiris_connections.yaml, or make the folder.",
      cause: error,
    });
  }
  if (code !== "EACCES" && code !== "EPERM") return error;
  return new OsirisError({
    code: "csv.permission_denied",
    category: "external",
    message: `base_dir ${folder} may not be read`,
    hint: "Check the permissions of the folder and of those above it.",
    cause: error,
  });
}
