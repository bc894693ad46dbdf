import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { osiris, outcomeOf, startOsiris, untilStderr } from "../src/osiris.ts";
import { pipeline, project, runFolder } from "../src/project.ts";
import { canMount, onSmallDisk } from "../src/small-disk.ts";

const ONE = pipeline(`  - id: one
    component: duckdb.processor
    mode: transform
    config: { query: SELECT 42 AS answer }
`);

const DAY_MS = 86_400_000;
const SESSIONS = ".osiris_sessions";

interface Cleaned {
  readonly removed: readonly { readonly run_id: string; readonly reason: string; readonly bytes: number }[];
  readonly removed_bytes: number;
  readonly stay: { readonly runs: number; readonly bytes: number };
  readonly left_alone: readonly { readonly run_id: string; readonly why: string }[];
  readonly failed: readonly { readonly run_id: string; readonly message: string }[];
}

/** A run folder as one leaves it that ended so many days ago, with some megabytes of data. */
function addRun(folder: string, n: number, days: number, change: object = {}): string {
  const run_id = `2026010${n}T000000000Z-aaaaa${n}`;
  const run = join(folder, SESSIONS, run_id);
  mkdirSync(join(run, "logs"), { recursive: true });
  writeFileSync(join(run, "pipeline_data.duckdb"), Buffer.alloc(1024 * 1024, n));
  const record = {
    format: 1,
    run_id,
    pipeline: "orders",
    status: "succeeded",
    started_at: new Date(Date.now() - days * DAY_MS - 5000).toISOString(),
    updated_at: new Date(Date.now() - days * DAY_MS).toISOString(),
    duration_ms: 5000,
    process: { pid: 1, host: "other" },
    steps: [],
    ...change,
  };
  writeFileSync(join(run, "run.json"), JSON.stringify(record));
  return run_id;
}

function runsIn(folder: string): readonly string[] {
  return readdirSync(join(folder, SESSIONS)).filter((name) => /^2\d{7}T/.test(name)).toSorted(); // prettier-ignore
}

async function clean(
  folder: string,
  ...args: readonly string[]
): Promise<Cleaned & { exitCode: number | null }> {
  const { stdout, exitCode } = await osiris(folder, "clean", "--json", ...args);
  return { ...(JSON.parse(stdout) as Cleaned), exitCode };
}

/** Four runs that ended 40, 30, 20 and 10 days ago. */
function fourRuns(): { readonly folder: string; readonly ids: readonly string[] } {
  const folder = project({});
  return { folder, ids: [40, 30, 20, 10].map((days, index) => addRun(folder, index + 1, days)) };
}

describe("osiris clean removes", () => {
  const cases: readonly [string, readonly string[], readonly number[]][] = [
    ["those that ended before", ["--older-than", "25d"], [0, 1]],
    ["none that is young enough", ["--older-than", "8w"], []],
    ["all but the newest", ["--keep", "1"], [0, 1, 2]],
    ["all", ["--keep", "0"], [0, 1, 2, 3]],
    ["old ones, but not the newest", ["--older-than", "1s", "--keep", "3"], [0]],
    ["the oldest until it is enough", ["--max-size", "2.2MB"], [0, 1]],
    ["for size no more than may be", ["--max-size", "1KB", "--keep", "3"], [0]],
    ["by age first, then by size", ["--older-than", "35d", "--max-size", "2.2MB"], [0, 1]],
  ];
  test.each(cases)("%s: %j", async (_, args, gone) => {
    const { folder, ids } = fourRuns();
    const shown = await clean(folder, "--dry-run", ...args);
    expect(runsIn(folder)).toEqual(ids);
    const done = await clean(folder, ...args);
    expect(done.removed.map(({ run_id }) => run_id)).toEqual(gone.map((index) => ids[index]));
    expect(done.removed).toEqual(shown.removed);
    expect(done).toMatchObject({ exitCode: 0, stay: shown.stay, failed: [] });
    expect(runsIn(folder)).toEqual(ids.filter((_, index) => !gone.includes(index)));
    // Bytes as the disk counts them: the data, and a little for folders and records.
    for (const { bytes } of done.removed) expect(bytes).toBeGreaterThanOrEqual(1024 * 1024);
    expect(done.removed_bytes).toBe(done.removed.reduce((sum, { bytes }) => sum + bytes, 0));
  });

  test("and says which, how much and why", async () => {
    const { folder, ids } = fourRuns();
    const { stdout } = await osiris(
      folder,
      "clean",
      "--older-than",
      "35d",
      "--max-size",
      "3.3MB",
      "--keep",
      "2",
    );
    expect(stdout).toMatch(new RegExp(`${ids[0]} +orders +succeeded +1\\.1 MB +older than --older-than`));
    expect(stdout).toMatch(/Removed 1 run with 1\.1 MB; 3 runs with 3\.2 MB stay in .*\.osiris_sessions/);
    const less = await osiris(folder, "clean", "--max-size", "1MB", "--keep", "3", "--dry-run");
    expect(less.stderr).toContain("warning: what may not be removed has 3.2 MB, more than --max-size");
    expect(less.stdout).toContain("Nothing to remove");
  });

  test("real runs, and what is no run stays", async () => {
    const folder = project({ "pipeline.yaml": ONE });
    await osiris(folder, "compile", "pipeline.yaml");
    await osiris(folder, "run", "pipeline.yaml");
    await osiris(folder, "run", "pipeline.yaml");
    const [first, second] = runsIn(folder);
    const done = await clean(folder, "--keep", "1");
    expect(done.removed).toMatchObject([{ run_id: first, reason: "surplus", status: "succeeded" }]);
    expect(runsIn(folder)).toEqual([second]);
    expect(existsSync(join(folder, SESSIONS, "builds/last-compile"))).toBe(true);
    const { stdout } = await osiris(folder, "preview", "one");
    expect(stdout).toContain("42");
  });

  test("what an interrupted clean has left, once there is a criterion", async () => {
    const { folder, ids } = fourRuns();
    const [id = ""] = ids;
    const leftover = join(folder, SESSIONS, `.removing-${id}`);
    renameSync(join(folder, SESSIONS, id), leftover);
    const { removed } = await clean(folder, "--older-than", "52w", "--keep", "9");
    expect(removed).toMatchObject([{ run_id: id, reason: "leftover" }]);
    expect(existsSync(leftover)).toBe(false);
  });
});

describe("osiris clean never removes", () => {
  test("for its age a run that was begun long ago and resumed just now", async () => {
    const two =
      ONE + "  - { id: two, component: duckdb.processor, mode: transform, config: { query: FROM one } }\n";
    const folder = project({ "pipeline.yaml": two });
    await osiris(folder, "run", "pipeline.yaml", "--to", "one");
    const record = join(runFolder(folder), "run.json");
    const old = new Date(Date.now() - 9 * DAY_MS).toISOString();
    const text = readFileSync(record, "utf8").replaceAll(
      /("(?:started|updated)_at": )"[^"]*"/g,
      `$1"${old}"`,
    );
    writeFileSync(record, text);
    expect(await clean(folder, "--older-than", "7d", "--dry-run")).toMatchObject({
      removed: [{ reason: "age" }],
    });
    expect((await osiris(folder, "run", "--resume")).exitCode).toBe(0);
    expect(await clean(folder, "--older-than", "7d")).toMatchObject({ removed: [] });
  });

  test("a run that is running", async () => {
    const slow = `${ONE}  - id: slow
    component: duckdb.processor
    mode: transform
    config: { query: "SELECT sum(sin(a.range * b.range)) AS s FROM input_df, range(1000000) a, range(1000000) b" }
`;
    const folder = project({ "pipeline.yaml": slow });
    const child = startOsiris(folder, "run", "pipeline.yaml");
    const outcome = outcomeOf(child);
    await untilStderr(child, "slow …");
    const running = runsIn(folder);
    const done = await clean(folder, "--keep", "0");
    expect(done).toMatchObject({
      exitCode: 0,
      removed: [],
      left_alone: [{ run_id: running[0], why: "it is running" }],
      stay: { runs: 1 },
    });
    child.kill("SIGKILL");
    await outcome;
    // Killed, it is one like others.
    expect((await clean(folder, "--keep", "0")).removed).toMatchObject([
      { run_id: running[0], status: "killed" },
    ]);
  });

  test("one of another machine that says it is running, or whose lock is held", async () => {
    const folder = project({});
    const elsewhere = addRun(folder, 1, 9, { status: "running" });
    const locked = addRun(folder, 2, 8);
    const locks = join(folder, SESSIONS, "locks/orders");
    mkdirSync(locks, { recursive: true });
    const holder = { run_id: locked, process: { pid: process.pid, host: hostname() }, since: "2026" };
    writeFileSync(join(locks, "00000001.json"), JSON.stringify(holder));
    const other = addRun(folder, 3, 7);
    const done = await clean(folder, "--keep", "0");
    expect(done.removed.map(({ run_id }) => run_id)).toEqual([other]);
    expect(done.left_alone.map(({ run_id }) => run_id)).toEqual([elsewhere, locked]);
    expect(runsIn(folder)).toEqual([elsewhere, locked]);
  });

  test("what only looks like a run: a link, a file, another run's record, a torn one, none", async () => {
    const folder = project({ "precious/data.csv": "n\n1\n" });
    const sessions = join(folder, SESSIONS);
    const foreign = addRun(folder, 1, 9, { run_id: "20250101T000000000Z-ffffff" });
    const torn = addRun(folder, 2, 9);
    writeFileSync(join(sessions, torn, "run.json"), "{");
    const linked = addRun(folder, 3, 9);
    renameSync(join(sessions, linked), join(folder, "precious/run"));
    symlinkSync(join(folder, "precious/run"), join(sessions, linked));
    writeFileSync(join(sessions, "20260104T000000000Z-aaaaa4"), "a file");
    mkdirSync(join(sessions, "20260105T000000000Z-aaaaa5"));
    symlinkSync(join(folder, "precious"), join(sessions, ".removing-20260106T000000000Z-aaaaa6"));
    mkdirSync(join(sessions, ".removing-notes"));
    mkdirSync(join(sessions, "my own"));
    const before = readdirSync(sessions);
    const done = await clean(folder, "--keep", "0");
    expect(done).toMatchObject({ exitCode: 0, removed: [], stay: { runs: 0 } });
    expect(done.left_alone.map(({ run_id }) => run_id).slice(0, 3)).toEqual([foreign, torn, linked]);
    expect(done.left_alone).toHaveLength(5);
    expect(readdirSync(sessions)).toEqual(before);
    expect(readFileSync(join(folder, "precious/data.csv"), "utf8")).toBe("n\n1\n");
  });

  test("what links in a run lead to", async () => {
    const folder = project({ "precious/data.csv": "n\n1\n" });
    const id = addRun(folder, 1, 9);
    symlinkSync(join(folder, "precious"), join(folder, SESSIONS, id, "artifacts"));
    expect((await clean(folder, "--keep", "0")).removed).toHaveLength(1);
    expect(readFileSync(join(folder, "precious/data.csv"), "utf8")).toBe("n\n1\n");
  });
});

test("what cannot be deleted is an error at the end, and the rest is deleted", async () => {
  const { folder, ids } = fourRuns();
  // Of the name that the run gets before it is deleted. It is no folder, and so nobody's to remove.
  writeFileSync(join(folder, SESSIONS, `.removing-${ids[1]}`), "in the way");
  const done = await clean(folder, "--keep", "1");
  expect(done.exitCode).toBe(1);
  expect(done.removed.map(({ run_id }) => run_id)).toEqual([ids[0], ids[2]]);
  expect(done).toMatchObject({
    failed: [{ run_id: ids[1], message: expect.stringContaining("ENOTDIR") as string }],
    stay: { runs: 2 },
  });
  expect(runsIn(folder)).toEqual([ids[1], ids[3]]);
  const { stderr } = await osiris(folder, "clean", "--keep", "1");
  expect(stderr).toMatch(`error: ${ids[1]}: `);
});

test.each([
  [[], "Say which runs to remove"],
  [["--older-than", "7"], "it must be a time such as 500ms, 30s, 10m, 2h or 7d"],
  [["--max-size", "10"], "it must be a size such as 512MB or 2GiB"],
  [["--keep", "-1"], "it must be a whole number"],
] as const)("osiris clean %j is refused", async (args, text) => {
  const { folder, ids } = fourRuns();
  const { exitCode, stderr } = await osiris(folder, "clean", ...args);
  expect(stderr).toContain(text);
  expect(exitCode).toBe(2);
  expect(runsIn(folder)).toEqual(ids);
});

test.skipIf(!canMount)("a full disk does not keep runs from being removed (needs the right to mount)", () => {
  const folder = project({});
  const run = addRun(folder, 1, 3);
  const { stdout, stderr } = onSmallDisk(
    folder,
    "2m",
    `cp -r ${SESSIONS}/* disk
     dd if=/dev/zero of=disk/rest bs=4k 2>/dev/null || true
     $osiris clean --keep 0 --sessions-dir disk --json`,
  );
  expect(stderr).toBe("");
  expect(JSON.parse(stdout)).toMatchObject({ removed: [{ run_id: run }], failed: [], stay: { runs: 0 } });
});
