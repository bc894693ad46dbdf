import { chmod, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { OsirisError, type DriverContext } from "@osiris/core";
import { fileError } from "../errors.ts";
import type { CsvWriterConfig } from "./config.ts";

/**
 * Lets `write` make a file beside the destination, and puts it in its place when it is complete and on the disk. Until
 * then, and after a failure, the destination is what it was.
 * @returns what `write` returns
 */
export async function replaceFile<Result>(
  { path, create_dirs }: CsvWriterConfig,
  ctx: DriverContext,
  write: (partial: string) => Promise<Result>,
): Promise<Result> {
  const partial = ctx.partialPath(path);
  try {
    const mode = await assertReplaceable(path);
    if (create_dirs) await mkdir(dirname(path), { recursive: true });
    const result = await write(partial);
    if (mode !== undefined) await chmod(partial, mode);
    await sync(partial);
    await rename(partial, path);
    await syncFolder(dirname(path), ctx);
    return result;
  } catch (error) {
    throw fileError(error, path);
  } finally {
    // What made the step fail is the thing to report, not that its leftovers cannot be reached either.
    await rm(partial, { force: true }).catch(() => undefined);
  }
}

/**
 * The permissions of the file that will be replaced; undefined when there is none. A rename replaces files only.
 * @throws OsirisError `csv.not_a_file`
 */
export async function assertReplaceable(path: string): Promise<number | undefined> {
  const found = await lstat(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined || found.isFile()) return found && found.mode & 0o7777;
  const what = found.isDirectory()
    ? "a folder"
    : found.isSymbolicLink()
      ? "a symbolic link"
      : "a pipe or a device";
  throw new OsirisError({
    code: "csv.not_a_file",
    category: "usage",
    message: `${path} is ${what}, which writing would replace`,
    hint: found.isSymbolicLink() ? "Name the file that it points to." : "Name a file.",
  });
}

/** After a crash of the machine the name must not point at data that never reached the disk. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The file is in place already: a folder that may be written but not opened must not turn that into a failure. */
async function syncFolder(folder: string, ctx: DriverContext): Promise<void> {
  try {
    await sync(folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    ctx.log("warn", `The new name in ${folder} may not survive a crash of the machine: ${why}`);
  }
}
