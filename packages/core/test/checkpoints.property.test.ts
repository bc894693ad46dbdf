import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DATABASE_FILE, RunDatabase, StepTables } from "../src/index.ts";
import { publishedTables, ResumableStep } from "./resumable-step.ts";
import { tempFolder } from "./temp-folder.ts";

const RUNS = Number(process.env["OSIRIS_FUZZ_RUNS"] ?? 12);

type End = "failure" | "failure after typing" | "crash" | "crash in a checkpoint";
type Event = { readonly read: number } | "checkpoint" | End;

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 40 }).map((read) => ({ read })) },
  { weight: 1, arbitrary: fc.nat({ max: 1500 }).map((read) => ({ read })) },
  { weight: 4, arbitrary: fc.constant("checkpoint" as const) },
  {
    weight: 3,
    arbitrary: fc.constantFrom<End>("failure", "failure after typing", "crash", "crash in a checkpoint"),
  },
);

function open(file: string): Promise<RunDatabase> {
  return RunDatabase.open(file, {}, { files: [], directories: [] });
}

async function end(event: End, step: ResumableStep, database: RunDatabase): Promise<void> {
  if (event === "failure after typing" && step.next > 0) await step.tables.seal();
  if (event.startsWith("failure")) return step.tables.discard();
  // Rows are committed when it is called; whether the rest is, is a matter of luck.
  const torn = event === "crash in a checkpoint" ? [step.checkpoint()] : [];
  await Promise.all([Promise.allSettled(torn), database.close()]);
}

/** Lives through the events, then reads on to the end. */
async function live(file: string, events: readonly Event[], items: number): Promise<unknown> {
  let database = await open(file);
  try {
    const attempt = async (): Promise<ResumableStep> =>
      new ResumableStep(await StepTables.open(database, "step", { identity: "same" }));
    let step = await attempt();
    for (const event of events) {
      if (event === "checkpoint") await step.checkpoint();
      else if (typeof event === "object") await step.read(Math.min(event.read, items - step.next));
      else {
        await end(event, step, database);
        if (event.startsWith("crash")) database = await open(file);
        step = await attempt();
      }
    }
    await step.read(items - step.next);
    await step.publish();
    return await publishedTables(database);
  } finally {
    await database.close();
  }
}

test("whatever goes wrong between checkpoints, the tables are those of a run in which nothing did", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 1, maxLength: 25, size: "max" }),
      fc.integer({ min: 1, max: 3000 }),
      async (events, items) => {
        const straight = await live(join(tempFolder(), DATABASE_FILE), [], items);
        expect(await live(join(tempFolder(), DATABASE_FILE), events, items)).toEqual(straight);
      },
    ),
    { numRuns: RUNS },
  );
}, 600_000);
