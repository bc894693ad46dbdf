import { chmod, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import {
  defineDriver,
  OsirisError,
  quoteIdentifier,
  quoteLiteral,
  type Driver,
  type DriverContext,
} from "@osiris/core";
import { fileError } from "./errors.ts";

export interface CsvWriterConfig {
  readonly path: string;
  readonly delimiter: string;
  readonly header: boolean;
  readonly create_dirs: boolean;
}

/** `filesystem.csv_writer`: DuckDB writes beside the destination, then one rename makes the file appear. */
export const csvWriter: Driver<CsvWriterConfig> = defineDriver({
  async run({ config, inputs, ctx }) {
    const [input] = inputs.tables;
    if (input === undefined) throw new Error("the compiler gives a csv_writer one input");
    const partial = ctx.partialPath(config.path);
    try {
      const mode = await assertReplaceable(config.path);
      if (config.create_dirs) await mkdir(dirname(config.path), { recursive: true });
      const rows = await copyTo(partial, input.table, config, ctx);
      if (mode !== undefined) await chmod(partial, mode);
      await sync(partial);
      await rename(partial, config.path);
      await syncFolder(dirname(config.path), ctx);
      ctx.metric("rows_written", rows, "rows");
      return { rows };
    } catch (error) {
      throw fileError(error, config.path);
    } finally {
      // What made the step fail is the thing to report, not that its leftovers cannot be reached either.
      await rm(partial, { force: true }).catch(() => undefined);
    }
  },
});

/** The permissions of the file that will be replaced; undefined when there is none. A rename replaces files only. */
async function assertReplaceable(path: string): Promise<number | undefined> {
  if (/\.(gz|zst|bz2|xz|zip)$/i.test(path)) {
    throw new OsirisError({
      code: "csv.compression",
      category: "usage",
      message: `${path}: the writer does not compress, and the name says that it does`,
      hint: "Choose a name that ends in .csv.",
    });
  }
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

async function copyTo(
  file: string,
  table: string,
  config: CsvWriterConfig,
  ctx: DriverContext,
): Promise<number> {
  const { rows } = await ctx.query(
    `COPY (FROM main.${quoteIdentifier(table)}) TO ${quoteLiteral(file)}
     (FORMAT csv, HEADER ${config.header}, DELIMITER ${quoteLiteral(config.delimiter)}, QUOTE '"', ESCAPE '"', NULLSTR '', COMPRESSION none)`,
  );
  return Number(rows[0]?.["Count"]);
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
