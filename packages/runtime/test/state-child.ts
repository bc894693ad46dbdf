/**
 * Counts in the state of a step, and writes each count to stdout once it is committed. Called by file-state-store.test.ts:
 * `node state-child.ts <folder> <times>`, where `0` means until it is killed.
 */
import { writeSync } from "node:fs";
import { isOsirisError } from "@osiris/core";
import { FileStateStore } from "../src/index.ts";

const [folder = "", times = "0"] = process.argv.slice(2);
const state = new FileStateStore(folder, 2).open({ pipeline: "counting" });

async function countOn(): Promise<void> {
  const current = await state.read();
  const count = Number(current?.steps["count"]?.state ?? 0) + 1;
  const changes = new Map<string, number | string>([
    ["count", count],
    ["padding", "x".repeat(200_000)],
  ]);
  await state.commit(current?.version ?? 0, changes, { run_id: `pid ${process.pid}` });
  writeSync(1, `${count}\n`);
}

const wanted = times === "0" ? Infinity : Number(times);
for (let done = 0; done < wanted;) {
  try {
    await countOn();
    done += 1;
  } catch (error) {
    if (!isOsirisError(error) || error.code !== "state.conflict") throw error;
  }
}
