import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris, outcomeOf, startOsiris, untilStderr } from "../src/osiris.ts";
import { logLines, pipeline, project, runFolder } from "../src/project.ts";

/** Three steps: one that says this and that, one that fails, one that is never run. */
function talk(
  last = `throw new OsirisError({ code: "own.code", message: "no luck", hint: "Try again." });`,
): string {
  return project({
    "package.json": projectManifest("osiris-driver-talk"),
    ...driverPackage(
      "osiris-driver-talk",
      [
        {
          name: "talk.rows",
          mode: "extract",
          inputs: "none",
          run: `const { writeFileSync } = await import("node:fs");
            const table = await ctx.createTable([{ name: "n", type: "INTEGER" }, { name: "t", type: "VARCHAR" }]);
            table.append({ n: 1, t: "one" });
            for (const level of ["debug", "info", "warn", "error"]) ctx.log(level, "this is " + level, { n: 1 });
            ctx.log("debug", "a plan", { plan: "first line\\nsecond line" });
            ctx.event("looked", { at: "it" });
            ctx.metric("looks", 3, "looks");
            writeFileSync(ctx.artifacts + "/kept.txt", "12345");
            return { rows: 1 };`,
        },
        {
          name: "talk.end",
          mode: "extract",
          inputs: "none",
          run: `${last} const table = await ctx.createTable([{ name: "n", type: "INTEGER" }]); return { rows: 0 };`,
        },
      ],
      {
        head: `class OsirisError extends Error {
          [Symbol.for("osiris.error")] = true;
          constructor(details) { super(details.message); Object.assign(this, { category: "external", retryable: false }, details); }
        }`,
      },
    ),
    "pipeline.yaml": pipeline(`  - { id: says, component: talk.rows, mode: read }
  - { id: ends, component: talk.end, mode: read, needs: [says] }
  - { id: never, component: talk.end, mode: read, needs: [ends] }
`),
  });
}

/** Times are different every time. */
function withoutTimes(text: string): string {
  return text.replaceAll(/^\d\d:\d\d:\d\d\.\d{3} /gm, "").replaceAll(/duration_ms=\d+/g, "duration_ms=0");
}

describe("runs show", () => {
  test("says what came of a run, what is kept of it, and what to do next", async () => {
    const folder = talk();
    await osiris(folder, "run", "pipeline.yaml");
    const { run_id } = JSON.parse((await osiris(folder, "runs", "show", "--json")).stdout) as {
      run_id: string;
    };
    const { stdout, exitCode } = await osiris(folder, "runs", "show", "--tables");
    expect(exitCode).toBe(0);
    const text = stdout
      .replaceAll(run_id, "RUN")
      .replaceAll(/(started|manifest) .*/g, "$1 …")
      .replaceAll(/( +\d+\.\d\d) +\d+$/gm, " N.NN  N");
    expect(text).toBe(
      `Run RUN failed
  pipeline  test
  started …
  manifest …
  folder    .osiris_sessions/RUN

step   status   rows in  rows out  seconds  rows/s
-----  -------  -------  --------  -------  ------
says   ok             0         1 N.NN  N
ends   failed
never  not run

table  rows  columns
-----  ----  ---------
says      1  n INTEGER
             t VARCHAR

Artifact: .osiris_sessions/RUN/artifacts/says/kept.txt, 5 B

Step "ends" failed: no luck [own.code]
  help: Try again.

Next:
  osiris run --resume RUN   runs what is missing, and keeps what was done
  osiris logs RUN           shows what happened
`,
    );
  });

  test("gives the record with the artifacts as one JSON document", async () => {
    const folder = talk();
    await osiris(folder, "run", "pipeline.yaml");
    const record = JSON.parse((await osiris(folder, "runs", "show", "--json")).stdout) as object;
    const written = JSON.parse(readFileSync(join(runFolder(folder), "run.json"), "utf8")) as object;
    const path = join(runFolder(folder), "artifacts/says/kept.txt");
    expect(record).toEqual({ ...written, artifacts: [{ step: "says", path, bytes: 5 }] });
  });

  test("names runs that are not there, and shows those whose artifacts are gone", async () => {
    const folder = talk();
    await osiris(folder, "run", "pipeline.yaml");
    const missing = await osiris(folder, "runs", "show", "2000");
    expect(missing).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("runs.not_found") as string,
    });
    rmSync(join(runFolder(folder), "artifacts"), { recursive: true });
    expect((await osiris(folder, "runs", "show")).exitCode).toBe(0);
  });
});

test("runs list finds runs by status and pipeline, and says when they started", async () => {
  const folder = talk();
  writeFileSync(
    join(folder, "good.yaml"),
    pipeline("  - { id: says, component: talk.rows, mode: read }\n").replace("name: test", "name: good"),
  );
  await osiris(folder, "run", "pipeline.yaml");
  await osiris(folder, "run", "good.yaml");
  const list = async (...args: readonly string[]): Promise<readonly object[]> =>
    JSON.parse((await osiris(folder, "runs", "list", "--json", ...args)).stdout) as object[];
  expect(await list()).toHaveLength(2);
  expect(await list("--status", "failed")).toMatchObject([{ pipeline: "test" }]);
  expect(await list("--pipeline", "good")).toMatchObject([{ status: "succeeded" }]);
  expect(await list("--pipeline", "good", "--status", "failed")).toEqual([]);
  const { stdout } = await osiris(folder, "runs", "list", "--pipeline", "good");
  expect(stdout).toMatch(/ {2}good {6}succeeded {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}/);
  const none = await osiris(folder, "runs", "list", "--status", "killed");
  expect(none.stdout).toMatch(/^None of the 2 runs in /);
});

describe("logs", () => {
  test("show what drivers told and what failed", async () => {
    const folder = talk();
    await osiris(folder, "run", "pipeline.yaml");
    const logs = async (...args: readonly string[]): Promise<string> =>
      withoutTimes((await osiris(folder, "logs", ...args)).stdout);
    const failed =
      "error ends: step_failed no luck code=own.code category=external hint=Try again. retryable=false\n";
    expect(await logs()).toBe(
      `info  says: this is info n=1\nwarn  says: this is warn n=1\nerror says: this is error n=1\n${failed}`,
    );
    expect(await logs("--level", "error")).toBe(`error says: this is error n=1\n${failed}`);
    expect(await logs("--level", "debug", "--step", "says", "--tail", "1")).toBe(
      "debug says: a plan\n    first line\n    second line\n",
    );
    expect(await logs("--events", "--step", "says")).toContain("info  says: looked at=it\n");
    expect(await logs("--events")).toMatch(
      /^info {2}run_start .*\n[^]*\ninfo {2}run_complete status=failed duration_ms=0\n$/,
    );
    expect(await logs("--metrics", "--step", "says")).toMatch(/^says: looks 3 looks\n/);
  });

  test("are one JSON array of the lines as they stand", async () => {
    const folder = talk();
    await osiris(folder, "run", "pipeline.yaml");
    const logs = async (...args: readonly string[]): Promise<unknown> =>
      JSON.parse((await osiris(folder, "logs", "--json", ...args)).stdout);
    const run = runFolder(folder);
    expect(await logs("--events", "--level", "debug")).toEqual(logLines(run, "events"));
    expect(await logs("--metrics")).toEqual(logLines(run, "metrics"));
    expect(await logs("--step", "never")).toEqual([]);
  });

  test("of a killed run end where it was torn; lines in between that are none are counted", async () => {
    const folder = talk();
    await osiris(folder, "run", "pipeline.yaml");
    const file = join(runFolder(folder), "logs/events.jsonl");
    appendFileSync(file, '{"ts":"2026-11-21T00:0');
    const torn = await osiris(folder, "logs", "--tail", "1");
    expect(torn).toMatchObject({ exitCode: 0, stderr: "" });
    expect(torn.stdout).toContain("no luck");
    appendFileSync(file, '\n{"ts":"2026-11-21T00:00:00Z","event":"log","level":"info","message":"later"}\n');
    const damaged = await osiris(folder, "logs", "--tail", "1");
    expect(damaged.stdout).toContain("later");
    expect(damaged.stderr).toMatch(/^Lines of .*events\.jsonl that could not be read: 1\.\n$/);
    appendFileSync(file, '{"ts":"soon","event":"log","level":"info","message":"odd"}\n{"event":"log"}\n[]\n');
    appendFileSync(file, '{"ts":"2026-11-21T00:00:00Z","event":"log","level":"info","message":"last"}\n');
    const odd = await osiris(folder, "logs", "--tail", "2");
    expect(odd).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/later\n.*last\n$/) });
    expect(odd.stderr).toMatch(/could not be read: 4\.\n$/);
    rmSync(file); // What a test has damaged is no record to validate.
  });

  test("follow a run to its end, also to one that is killed", async () => {
    const folder = talk(`const { existsSync } = await import("node:fs");
      ctx.log("info", "waiting");
      while (!existsSync("go")) await new Promise((resolve) => setTimeout(resolve, 20));
      ctx.log("info", "went on");`);
    const run = startOsiris(folder, "run", "pipeline.yaml");
    const ended = outcomeOf(run);
    await untilStderr(run, "ends …");
    const follow = startOsiris(folder, "logs", "--follow", "--tail", "1", "--step", "ends");
    const followed = outcomeOf(follow);
    await new Promise<void>((resolve) => follow.stdout?.once("data", () => resolve()));
    writeFileSync(join(folder, "go"), "");
    await ended;
    const all = await followed;
    expect(all.exitCode).toBe(0);
    expect(withoutTimes(all.stdout)).toBe("info  ends: waiting\ninfo  ends: went on\n");

    rmSync(join(folder, "go"));
    const second = startOsiris(folder, "run", "pipeline.yaml");
    const killed = outcomeOf(second);
    await untilStderr(second, "ends …");
    const orphan = outcomeOf(startOsiris(folder, "logs", "--follow", "--events"));
    second.kill("SIGKILL");
    await killed;
    const rest = await orphan;
    expect(rest.exitCode).toBe(0);
    expect(rest.stdout).toContain("ends: step_start");
    expect(rest.stdout).not.toContain("run_complete");
  });

  test("of very many lines take little memory", async () => {
    const folder = talk();
    await osiris(folder, "run", "pipeline.yaml");
    const file = join(runFolder(folder), "logs/events.jsonl");
    const line = `${JSON.stringify({ ts: "2026-11-21T00:00:00Z", event: "log", level: "debug", step_id: "says", message: "x".repeat(200) })}\n`;
    for (let part = 0; part < 20; part++) appendFileSync(file, line.repeat(25_000));
    const child = startOsiris(folder, "logs", "--level", "debug", "--json");
    let bytes = 0;
    child.stdout?.on("data", (chunk: Buffer) => (bytes += chunk.length));
    const peaks: number[] = [];
    child.stdout?.on("data", () => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        peaks.push(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
      } catch {
        // No such file on other systems, or no such process any more.
      }
    });
    const [exitCode] = await new Promise<[number | null]>((resolve) =>
      child.once("close", (code) => resolve([code])),
    );
    expect(exitCode).toBe(0);
    expect(bytes).toBeGreaterThan(500_000 * 200);
    // The file has more than 140 MB.
    expect(Math.max(0, ...peaks)).toBeLessThan(260_000);
    rmSync(file); // What a test has made up is no record to validate.
  });

  test.each([
    [["--follow", "--json"], /--follow' cannot be used with option '--json/],
    [["--metrics", "--level", "warn"], /--metrics' cannot be used with option '--level/],
    [["--step", "sayz"], /has no step "sayz".*\n.*Did you mean "says"/],
    [["--level", "loud"], /Allowed choices are debug, info, warn, error/],
  ] as const)("refuse %j", async (args, message) => {
    const folder = talk();
    await osiris(folder, "run", "pipeline.yaml");
    const { exitCode, stderr } = await osiris(folder, "logs", ...args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});

test("the help is one JSON document where JSON is asked for", async () => {
  const folder = project({});
  const { stdout, exitCode } = await osiris(folder, "runs", "show", "--help", "--json");
  expect(exitCode).toBe(0);
  const { text } = JSON.parse(stdout) as { text: string };
  expect(text).toMatch(/^Usage: osiris runs show \[options\] \[run\]\n/);
  const all = JSON.parse((await osiris(folder, "--help", "--json")).stdout) as { text: string };
  expect(all.text).toMatch(/^Usage: osiris [^]*\nosiris <command> --help says more\./);
  mkdirSync(join(folder, "empty"));
  const nothing = await osiris(join(folder, "empty"));
  expect(nothing).toMatchObject({ exitCode: 2, stdout: "" });
  expect(nothing.stderr).toMatch(/^Usage: osiris /);
});
