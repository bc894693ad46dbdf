import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris, startOsiris, type Outcome } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const STEPS = `  - { id: bad-rows, component: shop.orders, mode: read }
  - { id: clean, component: shop.clean, mode: read, needs: [] }
  - { id: fails, component: shop.fails, mode: read, needs: [bad-rows, clean] }
`;

/** Rows that are objects, one with a number that JavaScript rounds, and one that is a text. */
const ORDERS = `
  const rejects = await ctx.openRejects();
  rejects.add({ row: { id: 12345678901234567890n, note: 'a "b", c', tags: [1, 2] }, reason: "no such customer", source: "orders.json", line: 3 });
  rejects.add({ row: { id: 2, "größe": null }, reason: "no such customer", source: "orders.json", line: 4 });
  rejects.add({ row: "half a li", reason: "is cut off" });
  await ctx.createTableAs("SELECT 1 AS a");
  return { rows: 1 };`;
const CLEAN = `await ctx.openRejects(); await ctx.createTableAs("SELECT 1 AS a"); return { rows: 1 };`;

function shop(orders = ORDERS): string {
  const component = (name: string, run: string) =>
    ({ name, mode: "extract", inputs: name === "shop.fails" ? "many" : "none", run }) as const;
  return project({
    "package.json": projectManifest("osiris-driver-shop"),
    ...driverPackage("osiris-driver-shop", [
      component("shop.orders", orders),
      component("shop.clean", CLEAN),
      component("shop.fails", 'throw new Error("no");'),
    ]),
    "pipeline.yaml": pipeline(STEPS),
  });
}

async function failedRun(orders?: string): Promise<string> {
  const folder = shop(orders);
  expect((await osiris(folder, "run", "pipeline.yaml")).exitCode).toBe(1);
  return folder;
}

const rejects = (folder: string, ...args: readonly string[]): Promise<Outcome> =>
  osiris(folder, "rejects", ...args);

describe("the rejects of a failed run", () => {
  test("are counted by reason, of all steps", async () => {
    const folder = await failedRun();
    const { exitCode, stdout } = await rejects(folder, "show");
    expect(stdout).toMatch(/^step +rows  reason$/m);
    expect(stdout).toMatch(/^bad-rows +2  no such customer$/m);
    expect(stdout).toMatch(/^bad-rows +1  is cut off$/m);
    expect(exitCode).toBe(0);
    const json = await rejects(folder, "show", "--limit", "1", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({
      steps: [
        {
          step: "bad-rows",
          table: "bad_rows__rejects",
          rejected: 3,
          reasons: [{ reason: "no such customer", rows: 2 }],
          more_reasons: 1,
        },
        { step: "clean", rejected: 0, reasons: [], more_reasons: 0 },
      ],
    });
    expect((await rejects(folder, "show", "--limit", "1")).stdout).toMatch(
      /^bad-rows +… and 1 more reasons$/m,
    );
  });

  test("are shown row by row, of one step and with a reason", async () => {
    const folder = await failedRun();
    const { stdout } = await rejects(folder, "show", "bad-rows", "--limit", "2");
    expect(stdout).toMatch(/^source +line +reason +row$/m);
    expect(stdout).toMatch(/^orders\.json +3 +no such customer +\{"id":"?12345678901234567890"?,/m);
    expect(stdout).toMatch(/^2 of 3 rejected rows of bad-rows, run /m);
    const one = await rejects(folder, "show", "bad-rows", "--reason", "CUT", "--json");
    expect(JSON.parse(one.stdout)).toMatchObject({
      total_rows: 1,
      rows: [{ row: '"half a li"', reason: "is cut off", source: null, line: null }],
    });
  });

  test("are exported as JSON lines, to stdout and to a file", async () => {
    const folder = await failedRun();
    const { exitCode, stdout } = await rejects(folder, "export", "bad-rows");
    expect(stdout).toBe(
      [
        `{"id":"12345678901234567890","note":"a \\"b\\", c","tags":[1,2],"_reason":"no such customer","_source":"orders.json","_line":3}`,
        `{"id":2,"größe":null,"_reason":"no such customer","_source":"orders.json","_line":4}`,
        `{"_row":"half a li","_reason":"is cut off","_source":null,"_line":null}\n`,
      ].join("\n"),
    );
    expect(exitCode).toBe(0);
    const saved = await rejects(folder, "export", "bad-rows", "--out", "out/bad.jsonl");
    expect(saved.stdout).toMatch(/^out\/bad\.jsonl: 3 rejected rows of bad-rows, run /);
    expect(readFileSync(join(folder, "out/bad.jsonl"), "utf8")).toBe(stdout);
    expect(readdirSync(join(folder, "out"))).toEqual(["bad.jsonl"]);
  });

  test("are exported as CSV", async () => {
    const folder = await failedRun();
    const { stdout } = await rejects(folder, "export", "bad-rows", "--out", "bad.csv", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      status: "ok",
      step: "bad-rows",
      rows: 3,
      file: join(folder, "bad.csv"),
    });
    expect(readFileSync(join(folder, "bad.csv"), "utf8")).toBe(
      [
        "id,note,tags,größe,_row,_reason,_source,_line",
        '12345678901234567890,"a ""b"", c","[1,2]",,,no such customer,orders.json,3',
        "2,,,,,no such customer,orders.json,4",
        ",,,,half a li,is cut off,,\n",
      ].join("\n"),
    );
  });

  test("are one JSON document with --json, also when there are none", async () => {
    const folder = await failedRun();
    const some = await rejects(folder, "export", "bad-rows", "--json");
    expect(JSON.parse(some.stdout)).toMatchObject([{ _line: 3 }, { id: 2 }, { _row: "half a li" }]);
    expect(JSON.parse((await rejects(folder, "export", "clean", "--json")).stdout)).toEqual([]);
    expect((await rejects(folder, "export", "clean")).stdout).toBe("");
  });
});

test("rows of any JSON, and fields of any name, become cells", async () => {
  const folder = await failedRun(
    `const rejects = await ctx.openRejects();
     for (const row of [5, [1], null, true, { toString: "own", "a\\"b": { x: 1.50 } }, {}]) rejects.add({ row, reason: "odd" });
     ${CLEAN.replace("await ctx.openRejects(); ", "")}`,
  );
  await rejects(folder, "export", "bad-rows", "--out", "odd.csv");
  expect(readFileSync(join(folder, "odd.csv"), "utf8")).toBe(
    [
      'toString,"a""b",_row,_reason,_source,_line',
      ",,5,odd,,",
      ",,[1],odd,,",
      ",,,odd,,",
      ",,true,odd,,",
      'own,"{""x"":1.5}",,odd,,',
      ",,,odd,,\n",
    ].join("\n"),
  );
});

test("a row's own fields keep their names, and their digits", async () => {
  const folder = await failedRun(
    `const rejects = await ctx.openRejects();
     rejects.add({ row: { _reason: "theirs", n: 0.1 }, reason: "ours" });
     ${CLEAN.replace("await ctx.openRejects(); ", "")}`,
  );
  const { stdout } = await rejects(folder, "export", "bad-rows");
  expect(JSON.parse(stdout)).toEqual({
    _reason: "theirs",
    n: 0.1,
    __reason: "ours",
    __source: null,
    __line: null,
  });
});

describe("what cannot be is said", () => {
  test.each<[readonly string[], RegExp, number]>([
    [
      ["show", "fails"],
      /Step "fails" of run \S+ keeps no rejects \[runs\.no_rejects\]\n {2}help: There is: bad-rows, clean/,
      2,
    ],
    [["show", "bad-row"], /has no step "bad-row".*\n {2}help: Did you mean "bad-rows"\?/, 2],
    [
      ["export", "bad-rows", "--out", "bad.xlsx"],
      /the name of the file tells its format, \.jsonl or \.csv/,
      2,
    ],
    [["export", "bad-rows", "--out", "pipeline.yaml/bad.csv"], /system\.(enotdir|eexist)/, 2],
    [["show", "--run", "2099"], /There is no run "2099"/, 2],
  ])("osiris rejects %j", async (args, says, status) => {
    const folder = await failedRun();
    const { exitCode, stdout, stderr } = await rejects(folder, ...args);
    expect(stderr).toMatch(says);
    expect(stdout).toBe("");
    expect(exitCode).toBe(status);
    expect(existsSync(join(folder, "bad.xlsx"))).toBe(false);
  });
});

test("a reader that goes away ends the export", async () => {
  // Nobody reads the rest: writing it all would take its time, and end all the same.
  const folder = await failedRun(
    `const rejects = await ctx.openRejects();
     for (let n = 0; n < 20000; n++) rejects.add({ row: { n, text: "x".repeat(100) }, reason: "all are bad" });
     ${CLEAN.replace("await ctx.openRejects(); ", "")}`,
  );
  const child = startOsiris(folder, "rejects", "export", "bad-rows");
  const closed = once(child, "close") as Promise<[number | null]>;
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout?.once("data", () => child.stdout?.destroy());
  expect((await closed)[0]).toBe(0);
  expect(stderr).toBe("");
});

test("more rows than a chunk has come out whole and in order", async () => {
  const folder = await failedRun(
    `const rejects = await ctx.openRejects();
     for (let n = 0; n < 50000; n++) rejects.add({ row: { n, text: "x".repeat(20) }, reason: "all are bad", line: n + 1 });
     ${CLEAN.replace("await ctx.openRejects(); ", "")}`,
  );
  await rejects(folder, "export", "bad-rows", "--out", "all.jsonl");
  const lines = readFileSync(join(folder, "all.jsonl"), "utf8").trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { n: number }).n)).toEqual(
    Array.from({ length: 50000 }, (_, n) => n),
  );
});
