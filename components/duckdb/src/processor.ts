import { defineDriver, type Column, type Driver, type DriverContext } from "@osiris/core";

export interface DuckdbProcessorConfig {
  readonly query: string;
}

/** Of larger plans nobody reads the rest. */
const MAX_PLAN = 20_000;
/** So many renamed columns are told by name. */
const MAX_RENAMED = 5;
const NUMBERED = /_\d+$/;

/** `duckdb.processor`: the compiler has made sure that the query is one SELECT over declared inputs. */
export const duckdbProcessor: Driver<DuckdbProcessorConfig> = defineDriver({
  async run({ config, ctx }) {
    // Before the query: one that is too slow or too large leaves its plan behind.
    ctx.log("debug", "The query's plan", { plan: await planOf(config.query, ctx) });
    const { rows, columns } = await ctx.createTableAs(config.query);
    await reportRenamed(config.query, columns, ctx);
    return { rows };
  },
});

/** What DuckDB is going to do, as the tree that EXPLAIN draws. */
async function planOf(query: string, ctx: DriverContext): Promise<string> {
  const { rows } = await ctx.query(`EXPLAIN\n${query}`);
  const plan = rows.map((row) => row["explain_value"] as string).join("\n");
  return plan.length > MAX_PLAN ? `${plan.slice(0, MAX_PLAN)}…` : plan;
}

/** Columns of one name, which a table cannot have: DuckDB numbers them. The compiler does not always know them. */
async function reportRenamed(query: string, columns: readonly Column[], ctx: DriverContext): Promise<void> {
  if (!columns.some(({ name }) => NUMBERED.test(name))) return;
  const { rows } = await ctx.query(`DESCRIBE\n${query}`);
  const renamed = rows.flatMap((row, index) => {
    const from = row["column_name"] as string;
    const to = columns[index]?.name;
    return from === to ? [] : [`"${from}" became "${to}"`];
  });
  if (renamed.length === 0) return;
  const shown = renamed.length > MAX_RENAMED ? [...renamed.slice(0, MAX_RENAMED), "and others"] : renamed;
  ctx.log("warn", `Several columns have one name, and a table cannot: ${shown.join(", ")}`);
}
