import { expect, test } from "vitest";
import { FileStateStore } from "../src/index.ts";
import { RunState } from "../src/run/run-state.ts";
import { tempFolder } from "./temp-folder.ts";

test("steps that end together commit one after the other", async () => {
  const store = new FileStateStore(tempFolder()).open({ pipeline: "orders" });
  const state = await RunState.read(store, "r1");
  const steps = ["a", "b", "c", "d"];
  const versions = await Promise.all(steps.map((step) => state.commit(new Map([[step, { n: 1 }]]))));
  expect(versions).toEqual([1, 2, 3, 4]);
  expect(Object.keys((await store.read())?.steps ?? {})).toEqual(steps);
});

test("what is as it was makes no version; what somebody else has changed is a conflict", async () => {
  const store = new FileStateStore(tempFolder()).open({ pipeline: "orders" });
  const state = await RunState.read(store, "r1");
  await state.commit(new Map([["a", { n: 1 }]]));
  expect(await state.commit(new Map([["a", { n: 1 }]]))).toBe(1);
  await store.commit(1, new Map([["a", { n: 9 }]]), { command: "osiris state set" });
  await expect(state.commit(new Map([["a", { n: 2 }]]))).rejects.toMatchObject({ code: "state.conflict" });
});
