import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DATABASE_FILE, RunDatabase, type JsonValue } from "@osiris/core";
import type { ManifestStep } from "@osiris/compiler";
import { describe, expect, onTestFinished, test } from "vitest";
import { Redactor } from "../src/run/redactor.ts";
import { RunLog } from "../src/run/run-log.ts";
import { StepContext } from "../src/run/step-context.ts";

const SECRET = 'p"a/s';

interface Step {
  readonly attempt: () => Promise<StepContext>;
  readonly events: () => string;
}

/** A step called "films" that goes on after its checkpoints. */
async function step(): Promise<Step> {
  const runDir = mkdtempSync(join(tmpdir(), "osiris-runtime-"));
  mkdirSync(join(runDir, "logs"), { recursive: true });
  const database = await RunDatabase.open(join(runDir, DATABASE_FILE), {}, { files: [], directories: [] });
  const log = new RunLog(runDir, "run", () => undefined);
  const redactor = new Redactor();
  redactor.add([SECRET]);
  onTestFinished(async () => {
    log[Symbol.dispose]();
    await database.close();
    rmSync(runDir, { recursive: true });
  });
  const { signal } = new AbortController();
  const films: ManifestStep = {
    id: "films",
    component: "c.d",
    mode: "extract",
    driver: { package: "p", version: "1.0.0" },
    needs: [],
    cfg: "cfg/films.json",
    paths: { read: [], write: [] },
    retry: { attempts: 1, backoff_ms: 0, max_backoff_ms: 0 },
  };
  const scope = {
    step: films,
    runId: "run",
    attempt: 1,
    inputs: { tables: [] },
    state: undefined,
    artifacts: runDir,
    writes: [],
    identity: "",
    shared: new Map<string, unknown>(),
  };
  return {
    attempt: () => StepContext.open({ ...scope, database, log, redactor, signal }),
    events: () => readFileSync(join(runDir, "logs", "events.jsonl"), "utf8"),
  };
}

describe("ctx.checkpoint", () => {
  test("keeps state and rows for the next attempt, which says so", async () => {
    const { attempt, events } = await step();
    const first = await attempt();
    expect(first.resumed).toBeUndefined();
    const table = await first.createTable([{ name: "n", type: "INTEGER" }]);
    table.append({ n: 1 });
    await first.checkpoint({ cursor: "c2" });
    table.append({ n: 2 });
    await first.close();
    await first.tables.discard();
    expect(events()).not.toContain("step_resumed");

    const second = await attempt();
    expect(second.resumed).toEqual({ cursor: "c2" });
    expect((await second.createTable([{ name: "n", type: "INTEGER" }])).rows).toBe(1);
    const lines = events().trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { event: "checkpoint", step_id: "films", rows: 1 },
      { event: "step_resumed", step_id: "films", tables: [{ table: "films", rows: 1 }] },
    ]);
  });

  test.each<[JsonValue]>([
    [`cursor ${SECRET}`],
    [{ headers: [{ auth: Buffer.from(SECRET).toString("base64") }] }],
    [{ [SECRET]: 1 }],
    [{ url: `https://example.org/?key=${encodeURIComponent(SECRET)}` }],
  ])("refuses a state with a secret in it, and keeps the one before: %j", async (state) => {
    const { attempt } = await step();
    const first = await attempt();
    await first.checkpoint("before");
    await expect(first.checkpoint(state)).rejects.toMatchObject({ code: "state.secret" });
    await first.close();
    await first.tables.discard();
    expect((await attempt()).resumed).toBe("before");
  });

  test("is refused for what is no JSON, and after run() has settled", async () => {
    const { attempt } = await step();
    const ctx = await attempt();
    await expect(ctx.checkpoint({ at: 1n } as never)).rejects.toMatchObject({ code: "state.invalid" });
    await ctx.close();
    await expect(ctx.checkpoint(1)).rejects.toMatchObject({ code: "driver.context_closed" });
  });
});
