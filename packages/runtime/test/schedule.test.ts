import { setTimeout as sleep } from "node:timers/promises";
import type { ManifestStep } from "@osiris/compiler";
import { describe, expect, test } from "vitest";
import { notRun, schedule } from "../src/run/schedule.ts";
import type { StepRecord } from "../src/run/run-record.ts";

function step(id: string, ...needs: readonly string[]): ManifestStep {
  const driver = { package: "p", version: "1.0.0" };
  return {
    id,
    component: "c.d",
    mode: "extract",
    driver,
    needs,
    retry: { attempts: 1, backoff_ms: 1, max_backoff_ms: 1 },
    cfg: `cfg/${id}.json`,
    paths: { read: [], write: [] },
  };
}

const succeed = (item: ManifestStep): StepRecord => ({ ...notRun(item), status: "succeeded" });

describe("the schedule", () => {
  test("starts a step when its needs have succeeded, in document order", async () => {
    const order: string[] = [];
    const steps = [step("a"), step("b", "a"), step("c"), step("d", "b", "c")];
    await schedule(
      steps,
      1,
      () => false,
      async (item) => {
        order.push(item.id);
        return succeed(item);
      },
    );
    expect(order).toEqual(["a", "b", "c", "d"]);
  });

  test("keeps to the concurrency it is given", async () => {
    let running = 0;
    let most = 0;
    const steps = Array.from({ length: 10 }, (_, n) => step(`s${n}`));
    await schedule(
      steps,
      3,
      () => false,
      async (item) => {
        running += 1;
        most = Math.max(most, running);
        await sleep(5);
        running -= 1;
        return succeed(item);
      },
    );
    expect(most).toBe(3);
  });

  test("starts nothing after a failure or a stop, and awaits what runs", async () => {
    const done: string[] = [];
    const run = async (item: ManifestStep): Promise<StepRecord> => {
      await sleep(item.id === "slow" ? 30 : 1);
      done.push(item.id);
      return item.id === "bad" ? { ...notRun(item), status: "failed" } : succeed(item);
    };
    await schedule([step("bad"), step("slow"), step("after")], 2, () => false, run);
    expect(done).toEqual(["bad", "slow"]);
    done.length = 0;
    await schedule([step("a"), step("b")], 1, () => done.length > 0, run);
    expect(done).toEqual(["a"]);
  });

  test("awaits what runs before it passes on a fault", async () => {
    const done: string[] = [];
    const faulty = schedule(
      [step("broken"), step("slow")],
      2,
      () => false,
      async (item) => {
        if (item.id === "broken") throw new Error("adapter gone");
        await sleep(20);
        done.push(item.id);
        return succeed(item);
      },
    );
    await expect(faulty).rejects.toThrow("adapter gone");
    expect(done).toEqual(["slow"]);
  });
});
