import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { DATABASE_FILE, RunDatabase, StepTables } from "../src/index.ts";
import { tempFolder } from "./temp-folder.ts";

const CHILD = join(import.meta.dirname, "crash-child.ts");
const ROWS = 150_000;
/** The short form; the full one is `OSIRIS_CRASH_ROUNDS=200 npx vitest run --project @osiris/core crash`. */
const ROUNDS = Number(process.env["OSIRIS_CRASH_ROUNDS"] ?? 8);

async function publishOld(file: string): Promise<void> {
  await using database = await RunDatabase.open(file, {}, { files: [], directories: [] });
  const tables = await StepTables.open(database, "step");
  await tables.createAs("SELECT 1 AS version, range::INTEGER AS n FROM range(3)", {}, () =>
    database.connect(),
  );
  await tables.publish(await tables.seal());
}

/** What a reader finds: undefined without a table, else its versions and rows, and what the books say. */
async function found(file: string): Promise<unknown> {
  await using database = await RunDatabase.openReadOnly(file);
  const booked = await database.query("SELECT row_count FROM _osiris.steps");
  if (!(await database.tables()).includes("step")) return { booked: booked.rows.length };
  const { rows } = await database.query(
    "SELECT min(version) AS low, max(version) AS high, count(*) AS rows, count(DISTINCT n) AS distinct_rows FROM step",
  );
  return { ...rows[0], booked: booked.rows[0]?.["row_count"] };
}

async function runChild(file: string, point: string): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [CHILD, file, point, String(ROWS)], { stdio: "inherit" });
  const [, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return signal;
}

const whole = (version: number, rows: number): unknown => ({
  low: version,
  high: version,
  rows: BigInt(rows),
  distinct_rows: BigInt(rows),
  booked: BigInt(rows),
});

describe("SIGKILL", () => {
  const before = [
    "created",
    "first-rows",
    "after-a-transaction",
    "sealed",
    ...[0, 1, 2, 3, 4].map((n) => `publish-${n}`),
  ];

  test.each(before)("at %s leaves the old table, or none", async (point) => {
    const fresh = join(tempFolder(), DATABASE_FILE);
    expect(await runChild(fresh, point)).toBe("SIGKILL");
    expect(await found(fresh)).toEqual({ booked: 0 });

    const replaced = join(tempFolder(), DATABASE_FILE);
    await publishOld(replaced);
    expect(await runChild(replaced, point)).toBe("SIGKILL");
    expect(await found(replaced)).toEqual(whole(1, 3));
    // And the step can run again on what the crash has left.
    expect(await runChild(replaced, "never")).toBeNull();
    expect(await found(replaced)).toEqual(whole(2, ROWS));
  });

  test("after the commit leaves the new table", async () => {
    const file = join(tempFolder(), DATABASE_FILE);
    await publishOld(file);
    expect(await runChild(file, "committed")).toBe("SIGKILL");
    expect(await found(file)).toEqual(whole(2, ROWS));
  });

  test(`at ${ROUNDS} random moments never leaves half a table`, { timeout: ROUNDS * 20_000 }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const file = join(tempFolder(), DATABASE_FILE);
      const child = spawn(process.execPath, [CHILD, file, "loop"], { stdio: ["ignore", "pipe", "inherit"] });
      const exit = once(child, "exit");
      await once(child.stdout, "data");
      await sleep(Math.random() * 300);
      child.kill("SIGKILL");
      await exit;
      const state = (await found(file)) as { low: number };
      expect(state).toEqual(whole(state.low, 1000 + state.low));
    }
  });
});
