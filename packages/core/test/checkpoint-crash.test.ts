import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { DATABASE_FILE, RunDatabase } from "../src/index.ts";
import { publishedTables } from "./resumable-step.ts";
import { tempFolder } from "./temp-folder.ts";

const CHILD = join(import.meta.dirname, "checkpoint-child.ts");
/** The short form; the full one is `OSIRIS_CRASH_ROUNDS=200 npx vitest run --project @osiris/core crash`. */
const ROUNDS = Number(process.env["OSIRIS_CRASH_ROUNDS"] ?? 8);

interface End {
  readonly signal: NodeJS.Signals | null;
  /** Where the process went on; NaN when it did not come so far. */
  readonly from: number;
}

async function run(
  file: string,
  items: number,
  { beforeStatement = 0, after }: { readonly beforeStatement?: number; readonly after?: number } = {},
): Promise<End> {
  const args = [CHILD, file, String(items), String(beforeStatement)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  const said = text(child.stdout);
  if (after !== undefined) {
    await Promise.race([once(child.stdout, "data"), exit]);
    await sleep(after);
    child.kill("SIGKILL");
  }
  const [code, signal] = await exit;
  expect(signal ?? code).toBeOneOf([0, "SIGKILL"]);
  return { signal, from: Number.parseInt(await said, 10) };
}

async function published(file: string): Promise<unknown> {
  await using database = await RunDatabase.openReadOnly(file);
  return await publishedTables(database);
}

async function straight(items: number): Promise<unknown> {
  const file = join(tempFolder(), DATABASE_FILE);
  await run(file, items);
  return published(file);
}

test(
  "a step that is killed before each of its statements in turn gives what a straight run gives",
  {
    timeout: 600_000,
  },
  async () => {
    const items = 700;
    const file = join(tempFolder(), DATABASE_FILE);
    const starts: number[] = [];
    const early: unknown[] = [];
    for (let statement = 1; ; statement += ROUNDS > 8 ? 1 : 3) {
      const end = await run(file, items, { beforeStatement: statement });
      if (!Number.isNaN(end.from)) starts.push(end.from);
      if (end.signal === null) break;
      early.push(await published(file));
    }
    // What a checkpoint has said is never lost, and nothing is seen before the end.
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(starts.at(-1)).toBeGreaterThan(0);
    expect(early.filter((tables) => Object.keys(tables as object).length > 0)).toEqual([]);
    expect(await published(file)).toEqual(await straight(items));
  },
);

test(`a step that is killed at ${ROUNDS} random moments, too`, { timeout: ROUNDS * 20_000 }, async () => {
  const items = 20_000;
  const file = join(tempFolder(), DATABASE_FILE);
  for (let round = 0; round < ROUNDS; round++) await run(file, items, { after: Math.random() * 400 });
  await run(file, items);
  expect(await published(file)).toEqual(await straight(items));
});
