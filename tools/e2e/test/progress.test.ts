import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris, osirisWith, outcomeOf, startOsiris, untilStderr } from "../src/osiris.ts";
import { logLines, pipeline, project, runFolder } from "../src/project.ts";
import { osirisOnTerminal } from "../src/terminal.ts";

/** A project whose steps run side by side, each with the given code of a driver. */
function steps(run: string, ...ids: readonly string[]): string {
  return project({
    "package.json": projectManifest("osiris-driver-slow"),
    ...driverPackage("osiris-driver-slow", [
      {
        name: "slow.rows",
        mode: "extract",
        inputs: "none",
        run: `const { setTimeout: wait } = await import("node:timers/promises");
          const { existsSync } = await import("node:fs");
          const until = async (file) => { while (!existsSync(file)) await wait(20); };
          const table = await ctx.createTable([{ name: "n", type: "INTEGER" }]);
          ${run}
          return { rows: table.rows };`,
      },
    ]),
    "pipeline.yaml": pipeline(
      ids.map((id) => `  - { id: ${id}, component: slow.rows, mode: read, needs: [] }\n`).join(""),
    ),
  });
}

/** A command that does not outlive its test. */
function start(folder: string, ...args: readonly string[]): ChildProcess {
  const child = startOsiris(folder, ...args);
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Long enough for several frames. */
const A_WHILE = `await wait(1200);`;
const QUARTER = `table.append({ n: 1 }); table.append({ n: 2 }); ctx.progress({ bytes: 1000000, totalBytes: 4000000 });`;
// oxlint-disable-next-line no-control-regex -- escape sequences are what is looked for
const COLOUR = /\u001B\[[\d;]*m/;
// oxlint-disable-next-line no-control-regex -- escape sequences are what is looked for
const MOVEMENT = /\u001B\[[\d;?]*[A-HJKhl]/;

describe("on a terminal", () => {
  test("running steps stand side by side, with what is known of them; ended ones stay", async () => {
    const folder = steps(`${QUARTER} ${A_WHILE}`, "first", "second-one");
    const { exitCode, lines, moments, bytes } = await osirisOnTerminal(folder, ["run", "pipeline.yaml"]);
    expect(exitCode).toBe(0);
    const line = (id: string): string => `\\S ${id} +25%  2 rows .*1.0 MB of 4.0 MB  0:0\\d`;
    expect(
      moments.some((seen) => new RegExp(`^${line("first")}\\n${line("second-one")}$`, "m").test(seen)),
    ).toBe(true);
    expect(lines.join("\n")).toMatch(
      /^(✓ (first     |second-one) +2 rows +1\.\d\d s  \d rows\/s\n){2}Run \S+ succeeded in .* s\nRun folder: \S+$/,
    );
    expect(bytes).toMatch(COLOUR);
    expect(bytes).not.toContain("\u001B[?25l");
  });

  test("what drivers say and print stands above, whole", async () => {
    const folder = steps(
      `ctx.log("warn", "first of two\\nlines \\u001B[31mred");
       console.log("\\u001B[2Jprinted"); process.stderr.write("in "); await wait(150); process.stderr.write("parts\\n");
       console.log("no end of line");
       ${A_WHILE}
       process.stdout.write("last words");`,
      "talker",
    );
    const { lines } = await osirisOnTerminal(folder, ["run", "pipeline.yaml"]);
    expect(lines.slice(0, 7)).toEqual([
      "warn: talker: first of two",
      "lines red",
      "printed",
      "in parts",
      "no end of line",
      expect.stringMatching(/^✓ talker/),
      "last words",
    ]);
  });

  test.each([
    [40, ["a", "the-other-one"], /^\S the-other-one  25%  2 rows .*0:0\d$/m],
    [20, [`a${"b".repeat(62)}`], /^\S abbbb\S*…  25%/m],
    [9, ["alpha", "beta"], /^\S alpha$/m],
  ] as const)("%i columns are enough", async (columns, ids, expected) => {
    const folder = steps(`${QUARTER} ${A_WHILE}`, ...ids);
    const { exitCode, moments } = await osirisOnTerminal(folder, ["run", "pipeline.yaml", "--json"], {
      columns,
      redirect: ">out.json",
    });
    expect(exitCode).toBe(0);
    const live = moments.filter((seen) => expected.test(seen));
    expect(live).not.toEqual([]);
    expect(JSON.parse(readFileSync(join(folder, "out.json"), "utf8"))).toMatchObject({ status: "succeeded" });
  });

  test("a terminal that becomes narrower is left without remains", async () => {
    const folder = steps(
      `${QUARTER} await wait(400);
       const { spawnSync } = await import("node:child_process");
       console.log("RESIZE_TO:34");
       await wait(100);
       spawnSync("stty", ["cols", "34"], { stdio: "inherit" });
       ${A_WHILE}`,
      "narrow",
    );
    const { lines } = await osirisOnTerminal(folder, ["run", "pipeline.yaml"]);
    expect(lines.filter((line) => line.includes("narrow"))).toEqual([expect.stringMatching(/^✓ narrow/)]);
  });

  test("more steps than the terminal has lines", async () => {
    const ids = ["s1", "s2", "s3", "s4", "s5", "s6"];
    const folder = steps(A_WHILE, ...ids);
    const { lines, moments } = await osirisOnTerminal(
      folder,
      ["run", "pipeline.yaml", "--concurrency", "6"],
      {
        rows: 5,
      },
    );
    expect(moments.some((seen) => /^\S s1 .*\n\S s2 .*\n… and 4 more$/m.test(seen))).toBe(true);
    const ended = lines.filter((line) => line.startsWith("✓"));
    expect(ended.map((line) => line.slice(2, 4)).toSorted()).toEqual(ids);
    expect(lines.some((line) => line.startsWith("…"))).toBe(false);
  });

  test("NO_COLOR takes the colours and leaves the movement", async () => {
    const folder = steps(A_WHILE, "plain");
    const { bytes } = await osirisOnTerminal(folder, ["run", "pipeline.yaml"], {
      variables: { NO_COLOR: "1" },
    });
    expect(bytes).not.toMatch(COLOUR);
    expect(bytes).toMatch(MOVEMENT);
  });

  test.each([
    ["TERM=dumb", { TERM: "dumb" }, []],
    ["CI", { CI: "true" }, []],
    ["--progress plain", {}, ["--progress", "plain"]],
  ] as const)("%s: plain lines", async (_, variables, args) => {
    const folder = steps(QUARTER, "plain");
    const { lines, bytes } = await osirisOnTerminal(folder, ["run", "pipeline.yaml", ...args], { variables });
    expect(bytes).not.toMatch(MOVEMENT);
    expect(lines.slice(0, 2)).toEqual(["  plain …", "✓ plain: 2 rows"]);
  });

  test("Ctrl-C leaves the terminal in order", async () => {
    const folder = steps(
      `setTimeout(() => process.kill(process.pid, "SIGINT"), 300);
       await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));`,
      "stopped",
    );
    const { exitCode, lines } = await osirisOnTerminal(folder, ["run", "pipeline.yaml"]);
    expect(exitCode).toBe(130);
    expect(lines.slice(0, 3)).toEqual([
      "Cancelling the run; once more to end at once.",
      "- stopped  cancelled",
      expect.stringMatching(/^Run \S+ cancelled in /),
    ]);
    expect(lines.at(-1)).toMatch(/osiris logs \S+ +shows what happened/);
  });
});

describe("--progress json", () => {
  test("gives the events as they are recorded, and how far the steps are", async () => {
    const folder = steps(`${QUARTER} console.log("from the driver"); await until("go");`, "rows");
    const child = start(folder, "run", "pipeline.yaml", "--progress", "json", "--json");
    const outcome = outcomeOf(child);
    await untilStderr(child, '"event":"progress"');
    writeFileSync(join(folder, "go"), "");
    const { stdout, stderr, exitCode } = await outcome;
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "succeeded" });
    const lines = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string });
    const own = new Set(["progress", "output", "note"]);
    expect(lines.filter(({ event }) => !own.has(event))).toEqual(logLines(runFolder(folder), "events"));
    expect(lines).toContainEqual(expect.objectContaining({ event: "output", message: "from the driver" }));
    const progress = lines.filter(({ event }) => event === "progress");
    expect(progress[0]).toMatchObject({
      step_id: "rows",
      rows: 2,
      bytes: 1_000_000,
      total_bytes: 4_000_000,
      done: 0.25,
    });
    expect(JSON.stringify(logLines(runFolder(folder), "events"))).not.toContain('"progress"');
  });

  test("says what is wrong with a pipeline in JSON, too", async () => {
    const folder = project({ "pipeline.yaml": "oml_version: 1\n" });
    const { stderr, exitCode } = await osiris(folder, "run", "pipeline.yaml", "--progress", "json");
    expect(exitCode).toBe(2);
    const lines = stderr.trimEnd().split("\n");
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ event: "note" });
  });
});

test("--progress none shows warnings and nothing else", async () => {
  const folder = steps(`ctx.log("warn", "careful");`, "quiet");
  const { stderr } = await osiris(folder, "run", "pipeline.yaml", "--progress", "none");
  expect(stderr).toBe("warn: quiet: careful\n");
});

test("rows that a step reads and the progress of DuckDB's statements are known without the driver", async () => {
  const folder = project({
    "package.json": projectManifest("osiris-driver-reader"),
    ...driverPackage("osiris-driver-reader", [
      {
        name: "reader.rows",
        mode: "write",
        inputs: "one",
        run: `const { setTimeout: wait } = await import("node:timers/promises");
          const { existsSync } = await import("node:fs");
          let rows = 0;
          for await (const batch of ctx.readTable(inputs.table)) {
            rows += batch.rowCount;
            if (rows === 2048) while (!existsSync("go")) await wait(20);
          }
          return { rows };`,
      },
    ]),
    "pipeline.yaml": pipeline(`  - id: made
    component: duckdb.processor
    mode: transform
    config: { query: SELECT range AS n FROM range(1000000) }
  - { id: read, component: reader.rows, mode: write }
  - id: long
    component: duckdb.processor
    mode: transform
    needs: [made]
    config: { query: "SELECT sum(sin(n * b.range)) AS s FROM made, range(1000000) b" }
`),
  });
  const child = start(folder, "run", "pipeline.yaml", "--progress", "json", "--concurrency", "2");
  const outcome = outcomeOf(child);
  await untilStderr(child, '"step_id":"read","rows":2048,"total_rows":1000000,"done":0.002048');
  writeFileSync(join(folder, "go"), "");
  await untilStderr(child, '"step_id":"long","done":');
  child.kill("SIGINT");
  expect((await outcome).exitCode).toBe(130);
});

test("a CSV file is read by bytes", async () => {
  const rows = Array.from({ length: 400_000 }, (_, n) => `${n},text ${n}`).join("\n");
  const folder = project({
    "rows.csv": `id,name\n${rows}\n`,
    "pipeline.yaml": pipeline(
      "  - { id: rows, component: filesystem.csv_extractor, mode: read, config: { path: rows.csv } }\n",
    ),
  });
  const bytes = readFileSync(join(folder, "rows.csv")).length;
  const { bytes: sent } = await osirisOnTerminal(folder, ["run", "pipeline.yaml"], { columns: 120 });
  expect(sent).toContain(`of ${(bytes / 1e6).toFixed(1)} MB`);
});

describe("stderr that nobody takes", () => {
  /** More than a pipe holds. */
  const TALK = `for (let n = 0; n < 5000; n++) ctx.log("warn", "said " + n + " " + "x".repeat(100)); table.append({ n: 1 });`;

  test("does not stop a run when it is closed", async () => {
    const folder = steps(`${TALK} await until("go"); ${TALK}`, "talker");
    const child = start(folder, "run", "pipeline.yaml", "--json");
    child.stderr?.destroy();
    writeFileSync(join(folder, "go"), "");
    let stdout = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    const [exitCode] = (await once(child, "close")) as [number];
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: "succeeded" });
  });

  test("does not stop a run when the disk behind it is full", async () => {
    if (!existsSync("/dev/full")) return;
    const folder = steps(TALK, "talker");
    const { exitCode } = await osirisOnTerminal(folder, ["run", "pipeline.yaml"], {
      redirect: "2>/dev/full",
    });
    expect(exitCode).toBe(0);
  });

  test("does not hold a run up when it is not read", async () => {
    const folder = steps(TALK, "talker");
    const child = start(folder, "run", "pipeline.yaml", "--json");
    const sessions = join(folder, ".osiris_sessions");
    const status = (): string => {
      const [run] = existsSync(sessions) ? readdirSync(sessions).filter((name) => name !== "builds") : [];
      const file = join(sessions, run ?? "", "run.json");
      return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { status: string }).status : "";
    };
    // The test's own time limit ends this when the run never ends.
    while (status() !== "succeeded") await setTimeout(50);
    const { exitCode, stderr } = await outcomeOf(child);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("said 4999 ");
    expect(stderr).toMatch(/✓ talker: 1 rows\n$/);
  });
});

test("FORCE_COLOR colours the summary without a terminal", async () => {
  const folder = steps("", "plain");
  const { stdout } = await osirisWith({ FORCE_COLOR: "1" }, folder, "run", "pipeline.yaml");
  expect(stdout).toMatch(COLOUR);
});
