import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { osiris } from "../src/osiris.ts";
import { exampleProject } from "../src/project.ts";

const report = (folder: string): string => readFileSync(join(folder, "out/new-orders.csv"), "utf8");
const ALL = "customer,orders,amount\nAda,2,130.40\nBen,1,75.00\nCid,1,310.00\n";

async function run(folder: string, ...more: readonly string[]): Promise<unknown> {
  const { stdout, stderr, exitCode } = await osiris(folder, "run", "pipeline.yaml", "--json", ...more);
  if (stdout === "") throw new Error(stderr);
  return { ...(JSON.parse(stdout) as object), exitCode };
}

describe("the incremental example", () => {
  test("reports what is new in each run", async () => {
    const folder = exampleProject("incremental");
    await run(folder);
    expect(report(folder)).toBe(ALL);
    appendFileSync(join(folder, "data/orders.jsonl"), '{"id":5,"customer":"Ada","amount":"1.00"}\n');
    expect(await run(folder)).toMatchObject({ exitCode: 0, steps: [{ rows_out: 1 }, {}, {}] });
    expect(report(folder)).toBe("customer,orders,amount\nAda,1,1.00\n");
    const { stdout } = await osiris(folder, "state", "show", "new-orders");
    expect(stdout).toMatch(/"newest": 5/);
    expect(await run(folder)).toMatchObject({ exitCode: 0, steps: [{ rows_out: 0 }, {}, {}] });
  });

  test("has the same orders again when the report could not be written", async () => {
    const folder = exampleProject("incremental");
    writeFileSync(join(folder, "out"), "in the way");
    expect(await run(folder)).toMatchObject({ exitCode: 1 });
    rmSync(join(folder, "out"));
    expect(await run(folder, "--resume")).toMatchObject({
      status: "succeeded",
      steps: [{ reused: true }, { reused: true }, { reused: false }],
    });
    expect(report(folder)).toBe(ALL);
  });

  test("rejects lines that are none, a few of them", async () => {
    const folder = exampleProject("incremental");
    const file = join(folder, "data/orders.jsonl");
    appendFileSync(file, "{ half a li\n");
    expect(await run(folder)).toMatchObject({
      exitCode: 1,
      steps: [{ error: { code: "step.too_many_rejects" } }, {}, {}],
    });
    const orders = Array.from({ length: 20 }, (_, n) => `{"id":${n + 10},"customer":"Dot","amount":"1"}\n`);
    appendFileSync(file, orders.join(""));
    expect(await run(folder)).toMatchObject({ exitCode: 0, steps: [{ rejected: 1, rows_out: 24 }, {}, {}] });
  });

  test("has a driver that can be published", async () => {
    const folder = exampleProject("incremental");
    const { exitCode, stdout, stderr } = await osiris(folder, "components", "validate", "driver");
    expect([exitCode, stdout + stderr]).toEqual([0, expect.not.stringMatching(/error|warning/)]);
  });
});
