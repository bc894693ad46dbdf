import { rm } from "node:fs/promises";
import { join } from "node:path";
import { defineDriver, OsirisError, type Driver, type DriverContext, type InputTable } from "@osiris/core";
import { checkFolder } from "./connection/check-folder.ts";
import type { CsvConnection } from "./connection/connection.ts";
import { copySql } from "./write/copy-sql.ts";
import { assertColumnsExist, compressionOf, type Compression, type CsvWriterConfig } from "./write/config.ts";
import { replaceFile } from "./write/destination.ts";
import { encodeFile } from "./write/encode-file.ts";
import { planFile } from "./write/plan-file.ts";

/** `filesystem.csv_writer`: DuckDB writes beside the destination, then one rename makes the file appear. */
export const csvWriter: Driver<CsvWriterConfig, CsvConnection> = defineDriver({
  async run({ config, inputs, ctx }) {
    const [input] = inputs.tables;
    if (input === undefined) throw new Error("the compiler gives a csv_writer one input");
    assertColumnsExist(config, input);
    ctx.progress({ totalRows: input.rows });
    const compression = compressionOf(config);
    const rows = await replaceFile(config, ctx, async (partial) => {
      const rows = await writeTable(input, config, compression, partial, ctx);
      if (rows !== input.rows) throw lostRows(config.path, rows, input.rows);
      return rows;
    });
    return { rows };
  },

  check: checkFolder,
  plan: planFile,
});

/** @returns the rows written */
async function writeTable(
  input: InputTable,
  config: CsvWriterConfig,
  compression: Compression,
  file: string,
  ctx: DriverContext,
): Promise<number> {
  const copy = async (to: string, packing: Compression): Promise<number> => {
    const { rows } = await ctx.query(copySql(input, config, to, packing));
    return Number(rows[0]?.["Count"]);
  };
  if (config.encoding === "utf-8") return copy(file, compression);
  const plain = join(ctx.artifacts, "utf-8.csv");
  try {
    const rows = await copy(plain, "none");
    await encodeFile(plain, file, config, compression, ctx.signal);
    return rows;
  } finally {
    await rm(plain, { force: true });
  }
}

function lostRows(path: string, written: number, rows: number): OsirisError {
  return new OsirisError({
    code: "csv.count_mismatch",
    category: "internal",
    message: `${path}: ${written} rows were written of a table that has ${rows}`,
  });
}
