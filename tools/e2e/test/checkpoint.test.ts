import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { faultyProject } from "../src/faulty-driver.ts";
import { osiris } from "../src/osiris.ts";
import { logLines, project, runFolder } from "../src/project.ts";

interface Run {
  readonly status: string;
  readonly resumes: number;
  readonly steps: readonly { readonly attempts: number; readonly rows_out: number }[];
}

async function run(folder: string, ...args: readonly string[]): Promise<Run> {
  const { stdout } = await osiris(folder, "run", ...args, "--json");
  return JSON.parse(stdout) as Run;
}

async function query(folder: string, sql: string): Promise<unknown> {
  const { stdout } = await osiris(folder, "query", sql, "--json");
  return (JSON.parse(stdout) as { readonly rows: unknown }).rows;
}

/** Ten pages of a hundred rows; `fault(page)` comes after the rows of a page and before its checkpoint. */
const PAGES = `
  appendFileSync("from", (ctx.resumed?.page ?? 0) + " ");
  const table = await ctx.createTable([{ name: "n", type: "INTEGER" }]);
  const json = await ctx.createJsonTable({ output: "json" });
  const rejects = await ctx.openRejects();
  for (let page = ctx.resumed?.page ?? 0; page < 10; page++) {
    for (let n = 0; n < 100; n++) table.append({ n: page * 100 + n });
    await json.append([{ page, odd: page === 7 ? "seven" : page }]);
    rejects.add({ row: { page }, reason: "odd" });
    await fault(page);
    await ctx.checkpoint({ page: page + 1 });
  }
  return { rows: table.rows + json.rows };`;

const FAULTY = (fault: string): Readonly<Record<string, string>> =>
  faultyProject(
    [{ name: "odd.source", run: `const fault = async (page) => { ${fault} };${PAGES}` }],
    "  - { id: source, component: odd.source, mode: read, retry: { backoff: 10ms } }\n",
  );

async function expectWhole(folder: string): Promise<void> {
  const numbers = await query(
    folder,
    "SELECT count(*)::INTEGER AS n, count(DISTINCT n)::INTEGER AS d, bool_and(n = rowid)::VARCHAR AS o FROM source",
  );
  expect(numbers).toEqual([{ n: 1000, d: 1000, o: "true" }]);
  expect(await query(folder, "SELECT odd FROM source__json ORDER BY page")).toHaveLength(10);
  expect(await query(folder, "SELECT row FROM source__rejects")).toHaveLength(10);
  expect(await query(folder, "FROM _osiris.checkpoints")).toEqual([]);
}

const startedFrom = (folder: string): readonly string[] =>
  readFileSync(join(folder, "from"), "utf8").trim().split(" ");

describe("a step with checkpoints", () => {
  test("goes on after the last one when it is tried again", async () => {
    const folder = project(FAULTY('if (page === 4 && calls("source") === 1) throw busy();'));
    const done = await run(folder, "pipeline.yaml");
    expect(done).toMatchObject({ status: "succeeded", steps: [{ attempts: 2, rows_out: 1010 }] });
    expect(startedFrom(folder)).toEqual(["0", "4"]);
    await expectWhole(folder);
    const resumed = logLines(runFolder(folder), "events").filter(({ event }) => event === "step_resumed");
    expect(resumed).toMatchObject([{ step_id: "source", tables: [{ rows: 400 }, { rows: 4 }, { rows: 4 }] }]);
  });

  test("goes on after it when its run was killed, again and again", async () => {
    const folder = project(FAULTY('if (calls("source") % 3 === 0) process.kill(process.pid, "SIGKILL");'));
    expect((await osiris(folder, "run", "pipeline.yaml")).exitCode).toBeNull();
    while ((await osiris(folder, "run", "pipeline.yaml", "--resume")).exitCode !== 0);
    expect(startedFrom(folder)).toEqual(["0", "2", "4", "6", "8"]);
    await expectWhole(folder);
  });
});

describe("a writer with checkpoints", () => {
  const PIPELINE = (query: string): string =>
    `  - { id: numbers, component: duckdb.processor, mode: transform, config: { query: ${query} } }
  - { id: sink, component: odd.sink, mode: write, retry: { backoff: 10ms } }
`;
  const SINK = `
    const { done = 0 } = ctx.resumed ?? {};
    const rows = [];
    for await (const batch of ctx.readTable(inputs.table))
      for (let row = 0; row < batch.rowCount; row++) rows.push(batch.columns[0].get(row));
    for (let sent = done; sent < rows.length; sent += 10) {
      appendFileSync("sink", rows.slice(sent, sent + 10).join("\\n") + "\\n");
      await ctx.checkpoint({ done: sent + 10 });
      if (sent === 50 && !existsSync("up")) throw new Error("down");
    }
    return { rows: rows.length };`;
  const sent = (folder: string): readonly string[] =>
    readFileSync(join(folder, "sink"), "utf8").trim().split("\n");

  async function failed(): Promise<string> {
    const drivers = [{ name: "odd.sink", mode: "write" as const, run: SINK }];
    const folder = project(faultyProject(drivers, PIPELINE("SELECT range AS n FROM range(100)")));
    await run(folder, "pipeline.yaml");
    expect(sent(folder)).toHaveLength(60);
    writeFileSync(join(folder, "up"), "");
    return folder;
  }

  test("sends nothing twice", async () => {
    const folder = await failed();
    expect(await run(folder, "pipeline.yaml", "--resume")).toMatchObject({
      status: "succeeded",
      steps: [{ attempts: 1 }, { rows_out: 100 }],
    });
    expect(sent(folder)).toEqual(Array.from({ length: 100 }, (_, n) => String(n)));
  });

  test("begins anew when its input is made again", async () => {
    const folder = await failed();
    const text = readFileSync(join(folder, "pipeline.yaml"), "utf8");
    writeFileSync(
      join(folder, "pipeline.yaml"),
      text.replace("range(100)", "range(1100) WHERE range >= 1000"),
    );
    expect(await run(folder, "pipeline.yaml", "--resume")).toMatchObject({ status: "succeeded", resumes: 1 });
    expect(sent(folder).slice(60)).toEqual(Array.from({ length: 100 }, (_, n) => String(n + 1000)));
  });
});
