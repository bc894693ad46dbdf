import { defineDriver, type Driver } from "@osiris/core";

export interface DuckdbProcessorConfig {
  readonly query: string;
}

/** `duckdb.processor`: the compiler has made sure that the query is one SELECT over declared inputs. */
export const duckdbProcessor: Driver<DuckdbProcessorConfig> = defineDriver({
  async run({ config, ctx }) {
    const { rows } = await ctx.createTableAs(config.query);
    ctx.metric("rows_processed", rows, "rows");
    return { rows };
  },
});
