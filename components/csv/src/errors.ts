import { OsirisError } from "@osiris/core";

/** Node's file errors, and what a user does about them. */
const READINGS: Readonly<Record<string, readonly [code: string, message: string, hint: string]>> = {
  ENOENT: [
    "csv.file_not_found",
    "does not exist",
    "Check the path; a relative one starts at the pipeline file, or at base_dir.",
  ],
  ENOTDIR: ["csv.file_not_found", "does not exist", "A part of the path is a file, not a folder."],
  EISDIR: ["csv.not_a_file", "is a folder", "Name a file."],
  EACCES: [
    "csv.permission_denied",
    "may not be accessed",
    "Check the permissions of the file and its folder.",
  ],
  ENOSPC: ["csv.disk_full", "does not fit on the disk", "Make room, or write somewhere else."],
};

/** An error of the file system as one the user can act on. Other errors come back as they are. */
export function fileError(error: unknown, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  const reading = code === undefined ? undefined : READINGS[code];
  if (reading === undefined) return error;
  return new OsirisError({
    code: reading[0],
    category: "external",
    message: `${path} ${reading[1]}`,
    hint: reading[2],
    cause: error,
  });
}

/** A pipe can be read once only, and a CSV file is read twice. */
export function notAFile(path: string, isFolder: boolean): OsirisError {
  return new OsirisError({
    code: "csv.not_a_file",
    category: "usage",
    message: `${path} is ${isFolder ? "a folder" : "a pipe or a device"}`,
    hint: isFolder ? "Name a file, or a pattern such as *.csv." : "Write it to a file first.",
  });
}
