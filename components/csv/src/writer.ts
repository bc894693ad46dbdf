import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { defineDriver, quoteIdentifier, quoteLiteral, type Driver, type DriverContext } from "@osiris/core";
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
      if (config.create_dirs) await mkdir(dirname(config.path), { recursive: true });
      const rows = await copyTo(partial, input.table, config, ctx);
      await sync(partial);
      await rename(partial, config.path);
      await sync(dirname(config.path));
      ctx.metric("rows_written", rows, "rows");
      return { rows };
    } catch (error) {
      throw fileError(error, config.path);
    } finally {
      await rm(partial, { force: true });
    }
  },
});

async function copyTo(
  file: string,
  table: string,
  config: CsvWriterConfig,
  ctx: DriverContext,
): Promise<number> {
  const { rows } = await ctx.query(
    `COPY (FROM main.${quoteIdentifier(table)}) TO ${quoteLiteral(file)}
     (FORMAT csv, HEADER ${config.header}, DELIMITER ${quoteLiteral(config.delimiter)}, QUOTE '"', ESCAPE '"', NULLSTR '')`,
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
