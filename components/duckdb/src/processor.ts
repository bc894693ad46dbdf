import { defineDriver, type Driver, type DriverContext } from "@osiris/core";

export interface DuckdbProcessorConfig {
  readonly query: string;
}

/** Of larger plans nobody reads the rest. */
const MAX_PLAN = 20_000;

/** `duckdb.processor`: the compiler has made sure that the query is one SELECT over declared inputs. */
export const duckdbProcessor: Driver<DuckdbProcessorConfig> = defineDriver({
  async run({ config, ctx }) {
    // Before the query: one that is too slow or too large leaves its plan behind.
    ctx.log("debug", "The query's plan", { plan: await planOf(config.query, ctx) });
    const { rows } = await ctx.createTableAs(config.query);
    ctx.metric("rows_processed", rows, "rows");
    return { rows };
  },
});

/** What DuckDB is going to do, as the tree that EXPLAIN draws. */
async function planOf(query: string, ctx: DriverContext): Promise<string> {
  const { rows } = await ctx.query(`EXPLAIN\n${query}`);
  const plan = rows.map((row) => String(row["explain_value"])).join("\n");
  return plan.length > MAX_PLAN ? `${plan.slice(0, MAX_PLAN)}…` : plan;
}
