import type { DriverContext, StepResult } from "@osiris/core";
import { Checkpoints, resumedProgress, type Progress } from "./checkpoint.ts";
import type { GraphqlConfig } from "./config.ts";
import { Incremental } from "./incremental/incremental.ts";
import type { Page } from "./pages/page.ts";
import { readPages } from "./pages/read-pages.ts";
import { assertTotal, totalOf } from "./pages/total.ts";
import { PartialErrors } from "./partial-errors.ts";
import type { QueryPlan } from "./query/query-plan.ts";
import { openRowTables, type RowTables } from "./rows/row-tables.ts";
import { openSession, type Execute, type Session } from "./transport/session.ts";

/** Reads all that a query gives into the step's tables. */
export async function extract(
  config: GraphqlConfig,
  plan: QueryPlan,
  ctx: DriverContext,
): Promise<StepResult> {
  const resumed = resumedProgress(ctx.resumed);
  await using session = await openSession(config, ctx);
  const counts = startCounts(resumed);
  try {
    return await readAll({ config, plan, ctx, session, counts, resumed });
  } finally {
    report(ctx, counts, session);
  }
}

interface Extraction {
  readonly config: GraphqlConfig;
  readonly plan: QueryPlan;
  readonly ctx: DriverContext;
  readonly session: Session;
  readonly counts: Counts;
  readonly resumed: Progress | undefined;
}

/** What has come so far, in all attempts. */
interface Counts {
  pages: number;
  /** Pages of this attempt. */
  fetched: number;
  /** Items where rows are, null ones and known rows included. */
  items: number;
  nulls: number;
  /** Rows in all, as the last answer says. */
  total: number | undefined;
  truncated: boolean;
}

function startCounts(resumed: Progress | undefined): Counts {
  const { pages = 0, items = 0, nulls = 0 } = resumed ?? {};
  return { pages, fetched: 0, items, nulls, total: undefined, truncated: false };
}

async function readAll(extraction: Extraction): Promise<StepResult> {
  const { config, plan, ctx, session, counts, resumed } = extraction;
  const incremental =
    config.incremental && new Incremental(config.incremental, ctx.state, resumed?.incremental);
  const errors = config.on_partial === "keep" ? await PartialErrors.open(ctx, session.mask) : undefined;
  const variables = { ...config.variables, ...incremental?.variables };
  /** For pages of connections inside of rows: their errors belong to the page of the rows. */
  const execute: Execute = async (request, signal) => {
    const answer = await session.execute(request, signal);
    errors?.add(counts.pages, answer.errors);
    return answer;
  };
  const { shape } = resumed ?? {};
  const tables = await openRowTables({ ctx, config, plan: plan.rows, execute, variables, shape });
  const checkpoints = new Checkpoints(ctx, config.checkpoint_seconds);
  const { signal } = ctx;
  for await (const { page, next, truncated } of readPages({
    plan,
    config,
    execute: session.execute,
    variables,
    after: resumed,
    signal,
  })) {
    count(page, extraction);
    errors?.add(page.number, page.answer.errors);
    await tables.add(incremental?.take(page.rows) ?? page.rows, signal);
    tell(ctx, tables, counts);
    counts.truncated = truncated;
    if (next === undefined || truncated) continue;
    await checkpoints.after(() => progressAt(next, counts, incremental, tables));
  }
  if (counts.total !== undefined && !counts.truncated) {
    assertTotal(counts.total, counts.items, plan.pagination?.totalPath ?? []);
  }
  const state = incremental?.state(counts.truncated);
  const isStill = incremental !== undefined && (state === undefined || !incremental.hasMoved);
  if (counts.truncated && isStill) warnOfNoProgress(ctx);
  incremental?.report(ctx);
  errors?.close(ctx);
  await tables.close();
  const rows = tables.totalRows + (errors?.rows ?? 0);
  return state === undefined ? { rows } : { rows, state };
}

function count(page: Page, { plan, counts, ctx }: Extraction): void {
  counts.pages = page.number;
  counts.fetched++;
  counts.items += page.rows.length + page.nulls;
  counts.nulls += page.nulls;
  if (page.missing)
    ctx.log("warn", `There is null where the rows of "${plan.rows.jsonPath}" would be: none are read`);
  const totalPath = plan.pagination?.totalPath;
  if (totalPath !== undefined) counts.total = totalOf(page.answer.body, totalPath);
}

function warnOfNoProgress(ctx: DriverContext): void {
  ctx.log(
    "warn",
    "The next run begins where this one did, as some rows are left out: those that came are not in the order of " +
      "incremental.field, or have all the same value in it. Sort by it, or set max_pages higher",
  );
}

function tell(ctx: DriverContext, tables: RowTables, { total }: Counts): void {
  ctx.progress({ rows: tables.rows, ...(total === undefined ? {} : { totalRows: total }) });
}

/** undefined: no checkpoint can be taken now. */
function progressAt(
  cursor: string,
  { pages, items, nulls }: Counts,
  incremental: Incremental | undefined,
  tables: RowTables,
): Progress | undefined {
  const progress = incremental === undefined ? null : incremental.progress;
  if (progress === undefined) return undefined;
  return { cursor, pages, items, nulls, incremental: progress, shape: tables.shape };
}

/** Numbers of the attempt, also of one that fails. */
function report(ctx: DriverContext, counts: Counts, { tally }: Session): void {
  ctx.metric("requests_made", tally.requests);
  ctx.metric("pages_fetched", counts.fetched);
  ctx.metric("bytes_read", tally.bytes);
  ctx.metric("retries", tally.retries, "requests");
  ctx.metric("throttled_ms", Math.round(tally.throttledMs), "ms");
  ctx.metric("null_rows", counts.nulls, "rows");
  if (counts.nulls > 0) ctx.log("warn", `${counts.nulls} items are null where rows would be: left out`);
  ctx.metric("truncated", counts.truncated ? 1 : 0, "results");
  if (!counts.truncated) return;
  ctx.event("graphql.truncated", { pages: counts.pages });
  ctx.log("warn", `Only ${counts.pages} pages were read (max_pages); there are more`);
}
