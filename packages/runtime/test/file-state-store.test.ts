import {
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonValue } from "@osiris/core";
import { describe, expect, test } from "vitest";
import { FileStateStore, stateFolder, type PipelineState } from "../src/index.ts";
import { linesOf, startChild, startLimitedChild } from "./children.ts";
import { tempFolder } from "./temp-folder.ts";

/** The short form; the full one is `OSIRIS_CRASH_ROUNDS=200 npx vitest run --project @osiris/runtime file-state`. */
const ROUNDS = Number(process.env["OSIRIS_CRASH_ROUNDS"] ?? 8);
const BY = { run_id: "r" };

/** Commits versions 1 to `count` of one step. */
async function commitVersions(state: PipelineState, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await state.commit(n, new Map([["s", n + 1]]), BY);
}

const file = (folder: string, version: number): string =>
  join(folder, "orders", `${String(version).padStart(8, "0")}.json`);

describe("state", () => {
  test("is undefined before the first commit, and then what was committed", async () => {
    const store = new FileStateStore(join(tempFolder(), "state"));
    const state = store.open({ pipeline: "orders", profile: "prod" });
    expect(await state.read()).toBeUndefined();
    expect(await state.history()).toEqual([]);
    const cursor = { at: "2026-11-21", ids: [1, null, "ž\u2028"], nested: { ok: true } };
    const committed = await state.commit(0, new Map([["extract", cursor]]), { run_id: "r1" });
    expect(await state.read()).toEqual(committed);
    expect(committed).toMatchObject({ version: 1, by: { run_id: "r1" } });
    expect(committed.steps["extract"]).toMatchObject({ state: cursor, by: { run_id: "r1" } });
    for (const name of ["notes", ".DS_Store"]) writeFileSync(join(store.place, name), "nobody's state");
    mkdirSync(join(store.place, "empty"));
    expect(await store.list()).toEqual([{ pipeline: "orders", profile: "prod" }]);
    expect(await store.open({ pipeline: "orders" }).read()).toBeUndefined();
  });

  test("of steps that are not named stays, undefined forgets", async () => {
    const state = new FileStateStore(tempFolder()).open({ pipeline: "orders" });
    await state.commit(0, new Map<string, JsonValue>([["a", 1], ["b", 2]]), { run_id: "r1" }); // prettier-ignore
    const changes = new Map<string, JsonValue | undefined>([["a", undefined], ["c", "x"]]); // prettier-ignore
    const { steps } = await state.commit(1, changes, { command: "osiris state set" });
    expect(steps).toMatchObject({
      b: { state: 2, by: { run_id: "r1" } },
      c: { state: "x", by: { command: "osiris state set" } },
    });
    expect(Object.keys(steps)).toEqual(["b", "c"]);
  });

  test("is committed only on top of the version that was read", async () => {
    const state = new FileStateStore(tempFolder()).open({ pipeline: "orders" });
    await commitVersions(state, 2);
    for (const expected of [0, 1, 3]) {
      await expect(state.commit(expected, new Map([["s", 9]]), BY)).rejects.toMatchObject({
        code: "state.conflict",
        message: expect.stringContaining("run r has made version 2 at 20") as string,
      });
    }
    expect((await state.read())?.steps["s"]?.state).toBe(2);
  });

  test("keeps as many versions as it was told to", async () => {
    const folder = tempFolder();
    const state = new FileStateStore(folder, 4).open({ pipeline: "orders" });
    await commitVersions(state, 6);
    expect((await state.history()).map(({ version }) => version)).toEqual([6, 5, 4, 3]);
    expect(readdirSync(join(folder, "orders"))).toHaveLength(4);
  });

  test("that is not JSON is refused with its place, and nothing is written", async () => {
    const state = new FileStateStore(tempFolder()).open({ pipeline: "orders" });
    const wrong: readonly [unknown, string][] = [
      [{ at: new Date(0) }, "/at"],
      [{ list: [1, undefined] }, "/list/1"],
      [Number.NaN, "is NaN"],
      [{ n: 1n }, "/n"],
    ];
    for (const [value, place] of wrong) {
      await expect(state.commit(0, new Map([["s", value as JsonValue]]), BY)).rejects.toMatchObject({
        code: "state.invalid",
        message: expect.stringContaining(place) as string,
      });
    }
    expect(await state.read()).toBeUndefined();
  });

  test("names that could lead out of the folder are refused", () => {
    const store = new FileStateStore(tempFolder());
    for (const pipeline of ["..", "a/b", "a@b", "A", ""]) {
      expect(() => store.open({ pipeline })).toThrow(/can be called/);
    }
    expect(() => store.open({ pipeline: "a", profile: "../b" })).toThrow(/can be called/);
  });

  test("the folder is searched upwards, else belongs to the working directory", () => {
    const folder = tempFolder();
    const deep = join(folder, "a/b");
    mkdirSync(deep, { recursive: true });
    expect(stateFolder(deep, undefined)).toBe(join(deep, ".osiris_state"));
    mkdirSync(join(folder, ".osiris_state"));
    expect(stateFolder(deep, "")).toBe(join(folder, ".osiris_state"));
    expect(stateFolder(deep, "elsewhere")).toBe(join(deep, "elsewhere"));
  });
});

describe("a state file that cannot be used is named, and never taken for no state", () => {
  const other = { format: 1, pipeline: "others", version: 3, committed_at: "", by: BY, steps: {} };
  const damage: readonly [string, (file: string) => void, string, string][] = [
    ["empty", (at) => truncateSync(at), "state.unreadable", "is empty"],
    ["torn", (at) => truncateSync(at, 60), "state.unreadable", "only the beginning"],
    ["of somebody else", (at) => writeFileSync(at, "{}"), "state.unreadable", "is no state file"],
    ["of another pipeline", (at) => writeFileSync(at, JSON.stringify(other)), "state.unreadable", "others"],
    [
      "of a newer format",
      (at) => writeFileSync(at, JSON.stringify({ ...other, format: 2 })),
      "state.newer_format",
      "newer version of Osiris",
    ],
  ];
  test.each(damage)("%s", async (_, spoil, code, why) => {
    const folder = tempFolder();
    const state = new FileStateStore(folder).open({ pipeline: "orders" });
    await commitVersions(state, 3);
    spoil(file(folder, 3));
    const error = {
      code,
      message: expect.stringContaining(file(folder, 3)) as string,
      hint: expect.stringContaining(
        code === "state.unreadable" ? "version 2 then is the current" : "",
      ) as string,
    };
    await expect(state.read()).rejects.toMatchObject(error);
    await expect(state.read()).rejects.toThrow(why);
    await expect(state.commit(3, new Map([["s", 4]]), BY)).rejects.toMatchObject(error);
    rmSync(file(folder, 3));
    expect((await state.read())?.version).toBe(2);
  });

  test("a link to nowhere", async () => {
    const folder = tempFolder();
    const state = new FileStateStore(folder).open({ pipeline: "orders" });
    await commitVersions(state, 1);
    symlinkSync("nowhere", file(folder, 2));
    await expect(state.read()).rejects.toThrow(/ENOENT/);
  });
});

test("what a crash left half written is no version, and goes away", async () => {
  const folder = tempFolder();
  const state = new FileStateStore(folder).open({ pipeline: "orders" });
  await commitVersions(state, 1);
  const partial = (name: string): string => join(folder, "orders", `.2.${name}.part`);
  writeFileSync(partial("old"), "{");
  utimesSync(partial("old"), 1, 1);
  writeFileSync(partial("new"), "{");
  await state.commit(1, new Map([["s", 2]]), BY);
  // One of this moment may be another process's.
  expect(readdirSync(join(folder, "orders")).toSorted()).toEqual([
    ".2.new.part",
    "00000001.json",
    "00000002.json",
  ]);
});

test(
  `SIGKILL at ${ROUNDS} random moments loses nothing that was acknowledged`,
  { timeout: ROUNDS * 20_000 },
  async () => {
    const folder = tempFolder();
    const state = new FileStateStore(folder).open({ pipeline: "counting" });
    for (let round = 0; round < ROUNDS; round++) {
      const child = startChild("state-child.ts", folder, "0");
      const lines = linesOf(child);
      if (child.stdout !== null) await once(child.stdout, "data");
      await sleep(Math.random() * 100);
      child.kill("SIGKILL");
      const acknowledged = Number((await lines).at(-1));
      const found = await state.read();
      // What was committed a moment before it could be told counts, too.
      expect([acknowledged, acknowledged + 1]).toContain(found?.steps["count"]?.state);
      expect(found?.steps["padding"]?.state).toHaveLength(200_000);
      expect(found?.version).toBe(found?.steps["count"]?.state);
    }
  },
);

test.skipIf(process.platform === "win32")(
  "a full disk leaves the last version, and nothing else (needs ulimit)",
  async () => {
    const folder = tempFolder();
    const state = new FileStateStore(folder).open({ pipeline: "counting" });
    const first = await state.commit(0, new Map([["count", 1]]), BY);
    expect(await linesOf(startLimitedChild(16, "state-child.ts", folder, "1"))).toEqual([]);
    expect(await state.read()).toEqual(first);
    expect(readdirSync(join(folder, "counting"))).toEqual(["00000001.json"]);
    expect(await linesOf(startChild("state-child.ts", folder, "1"))).toEqual(["2"]);
  },
);

test("processes that commit at the same time lose no update", { timeout: 120_000 }, async () => {
  const folder = tempFolder();
  const children = Array.from({ length: 4 }, () => startChild("state-child.ts", folder, "25"));
  const counts = (await Promise.all(children.map(linesOf))).flat().map(Number);
  expect(counts.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
  const found = await new FileStateStore(folder).open({ pipeline: "counting" }).read();
  expect(found).toMatchObject({ version: 100, steps: { count: { state: 100 } } });
});
