import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris, osirisWith } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

interface Finding {
  readonly id: string;
  readonly status: "ok" | "warning" | "error";
  readonly message: string;
  readonly remedy?: string;
}

interface Diagnosis {
  readonly exitCode: number | null;
  readonly findings: readonly Finding[];
  /** All that is not well. */
  readonly bad: readonly Finding[];
}

async function doctor(
  folder: string,
  variables: Readonly<Record<string, string>> = {},
  ...args: readonly string[]
): Promise<Diagnosis> {
  const { stdout, exitCode } = await osirisWith(variables, folder, "doctor", "--json", ...args);
  const { status, checks } = JSON.parse(stdout) as { status: string; checks: readonly Finding[] };
  expect(status).toBe(exitCode === 0 ? "ok" : "error");
  return { exitCode, findings: checks, bad: checks.filter((each) => each.status !== "ok") };
}

/** A driver package, its manifest changed, and its module beginning with `head`. */
function driver(
  name: string,
  head = "",
  manifest: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, string>> {
  const component = `${name.replace("osiris-driver-", "")}.extractor`;
  const files = driverPackage(name, [{ name: component, mode: "extract", inputs: "none", run: "" }], {
    head,
  });
  const file = `node_modules/${name}/package.json`;
  const written = JSON.parse(files[file] ?? "{}") as object;
  return {
    ...files,
    [file]: JSON.stringify({
      ...written,
      keywords: ["osiris-driver"],
      peerDependencies: { "@osiris/core": "^1.0.0" },
      ...manifest,
    }),
  };
}

test("finds nothing to fix where there is nothing, and leaves nothing behind", async () => {
  const folder = project({ "data/a.csv": "a\n1\n" });
  const { exitCode, bad, findings } = await doctor(folder);
  expect(bad.filter(({ status }) => status === "error")).toEqual([]);
  expect(exitCode).toBe(0);
  const ids = ["node", "memory", "duckdb.loads", "sessions", "disk", "duckdb.copies", "drivers"];
  // One for each driver package.
  expect([...new Set(findings.map(({ id }) => id))]).toEqual(ids);
  expect(readdirSync(folder)).toEqual(["data"]);
  const { stdout } = await osiris(folder, "doctor");
  expect(stdout).toMatch(/^ok {7}node: Node \d+.*16 threads/);
  expect(stdout).toMatch(/ok {7}duckdb\.loads: DuckDB v\d.* works/);
});

describe("drivers", () => {
  const folder = (): string =>
    project({
      "package.json": projectManifest(
        "osiris-driver-good",
        "osiris-driver-exits",
        "osiris-driver-dies",
        "osiris-driver-missing",
        "osiris-driver-spec",
        "osiris-driver-next",
      ),
      ...driver("osiris-driver-good"),
      ...driver("osiris-driver-exits", "process.exit(0);"),
      ...driver("osiris-driver-dies", "process.kill(process.pid, 'SIGKILL');"),
      ...driver("osiris-driver-missing", "import 'not-there';"),
      ...driver("osiris-driver-next", "", { peerDependencies: { "@osiris/core": "^2.0.0" } }),
      ...driver("osiris-driver-spec"),
      "node_modules/osiris-driver-spec/0.yaml": "name: 5",
    });

  test("that are broken are named, and end neither the doctor nor each other", async () => {
    const { exitCode, findings, bad } = await doctor(folder());
    expect(exitCode).toBe(1);
    expect(
      bad
        .filter(({ id }) => id !== "memory" && id !== "disk")
        .map(({ id, status, message }) => [id, status, message]),
    ).toEqual([
      ["drivers", "error", expect.stringMatching(/^osiris-driver-spec: \.\/0\.yaml/)],
      ["drivers", "error", expect.stringMatching(/^osiris-driver-dies: checking it ended without an answer/)],
      ["drivers", "error", "osiris-driver-exits: A driver has called process.exit() while it was checked"],
      [
        "drivers",
        "error",
        expect.stringMatching(/^osiris-driver-missing: driver\.js cannot be loaded.*not-there/s),
      ],
      ["drivers", "error", "osiris-driver-next is made for @osiris/core ^2.0.0, and 1.0.0 is installed"],
    ]);
    expect(bad.every(({ remedy }) => remedy !== undefined)).toBe(true);
    expect(findings).toContainEqual({ id: "drivers", status: "ok", message: "osiris-driver-good 0.3.0" });
  });

  test("that bring a DuckDB of their own would crash the process", async () => {
    const bindings = { name: "@duckdb/node-bindings", version: "1.0.0" };
    const own = "node_modules/osiris-driver-duck/node_modules/@duckdb/node-bindings/package.json";
    const { bad, exitCode } = await doctor(
      project({
        "package.json": projectManifest("osiris-driver-duck"),
        ...driver("osiris-driver-duck", "", { dependencies: { "@duckdb/node-bindings": "1.0.0" } }),
        [own]: JSON.stringify(bindings),
      }),
    );
    const found = bad.find(({ id }) => id === "duckdb.copies");
    expect(found?.status).toBe("error");
    expect(found?.message).toMatch(
      /^2 copies of DuckDB's native library.*1\.0\.0 in node_modules\/osiris-driver-duck\/.* \(osiris-driver-duck\)$/,
    );
    expect(exitCode).toBe(1);
  });

  test("that bring a core of their own are told", async () => {
    const { bad } = await doctor(
      project({
        "package.json": projectManifest("osiris-driver-core"),
        ...driver("osiris-driver-core"),
        "node_modules/osiris-driver-core/node_modules/@osiris/core/package.json": JSON.stringify({
          name: "@osiris/core",
          version: "1.0.1",
        }),
      }),
    );
    expect(bad.find(({ id }) => id === "duckdb.copies")).toMatchObject({
      status: "warning",
      message: expect.stringMatching(
        /2 copies of @osiris\/core: .*1\.0\.1 in .*osiris-driver-core/,
      ) as string,
    });
  });
});

describe("files", () => {
  test("that cannot be used are reported once, with their place", async () => {
    const { bad, exitCode } = await doctor(project({ "osiris.yaml": "drvers: []\n" }));
    const errors = bad.filter(({ status }) => status === "error");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      id: "project",
      message: expect.stringMatching(/^osiris\.yaml:1:1: .*"drvers"/) as string,
      remedy: 'Did you mean "drivers"?',
    });
    expect(exitCode).toBe(1);
  });

  test("of connections, of the environment, and package.json", async () => {
    const connections = await doctor(
      project({ "osiris_connections.yaml": "connections:\n  filesystem:\n    a: { base_dri: x }\n" }),
    );
    const errors = connections.bad.filter(({ status }) => status === "error");
    expect(errors).toMatchObject([
      {
        id: "connections.file",
        message: expect.stringMatching(/^osiris_connections\.yaml:3:10: /) as string,
      },
    ]);
    const env = project({});
    mkdirSync(join(env, ".env"));
    expect((await doctor(env)).bad.find(({ status }) => status === "error")?.message).toMatch(
      /Cannot read .*\.env/,
    );
    const manifest = await doctor(project({ "package.json": "{" }));
    expect(manifest.bad.find(({ status }) => status === "error")?.message).toMatch(/package\.json: /);
  });
});

test("connections are checked, unless one is offline", async () => {
  const folder = project({
    "osiris_connections.yaml":
      "connections:\n  filesystem:\n    here: { base_dir: . }\n    gone: { base_dir: '${GONE:-gone}' }\n  odd:\n    a: { key: '${ODD_KEY}' }\n",
  });
  const { bad, findings, exitCode } = await doctor(folder);
  const errors = bad.filter(({ status }) => status === "error");
  expect(errors.map(({ id, message }) => [id, message])).toEqual([
    ["connections", expect.stringMatching(/^@filesystem\.gone: base_dir .*gone does not exist/)],
    ["connections", expect.stringMatching(/^@odd\.a: .*not set: ODD_KEY/)],
  ]);
  expect(findings.map(({ message }) => message)).toContain(`@filesystem.here: the folder ${folder}`);
  expect(exitCode).toBe(1);
  expect((await doctor(folder, {}, "--offline")).exitCode).toBe(0);
});

test("a connection whose driver ends the process is no secret's end", async () => {
  const check = `async check({ connection }) { console.error(connection.password.reveal()); process.kill(process.pid, "SIGKILL"); },`;
  const spec = {
    secrets: ["/password"],
    "x-connection-fields": ["password"],
    configSchema: { type: "object", properties: { password: { type: "string" } } },
  };
  const folder = project({
    "package.json": projectManifest("osiris-driver-db"),
    ...driverPackage("osiris-driver-db", [
      { name: "db.extractor", mode: "extract", inputs: "none", run: "", members: check, spec },
    ]),
    "osiris_connections.yaml": "connections:\n  db:\n    main: { password: '${PW}' }\n",
  });
  const { bad } = await doctor(folder, { PW: "hunter22" });
  const found = bad.find(({ id }) => id === "connections");
  expect(found?.message).toBe(
    "connections could not be checked: the process that asked the drivers was ended",
  );
  expect(JSON.stringify(bad)).not.toContain("hunter22");
});

describe("the place for runs", () => {
  test("that is a file, or cannot be made, is an error", async () => {
    const folder = project({ sessions: "a file" });
    for (const sessions of ["sessions", "sessions/below"]) {
      const { bad, exitCode } = await doctor(folder, { OSIRIS_SESSIONS: sessions });
      expect(bad.find(({ id }) => id === "sessions")?.message).toMatch(
        /is a file, and runs are kept in a folder/,
      );
      expect(exitCode).toBe(1);
    }
    if (process.platform !== "linux") return;
    const { bad } = await doctor(folder, {}, "--sessions-dir", "/proc/osiris");
    expect(bad.find(({ id }) => id === "sessions")).toMatchObject({
      status: "error",
      message: expect.stringMatching(/^runs cannot be kept in \/proc\/osiris: ENOENT/) as string,
    });
  });

  test("with runs that were killed is a warning", async () => {
    const id = "20260101T000000000Z-abcdef";
    const record = {
      format: 1,
      run_id: id,
      pipeline: "p",
      status: "running",
      process: { pid: 2 ** 22 + 1, host: hostname() },
      steps: [],
    };
    const folder = project({ [`.osiris_sessions/${id}/run.json`]: JSON.stringify(record) });
    const { bad, exitCode } = await doctor(folder);
    expect(bad.find((each) => each.id === "runs")).toMatchObject({
      status: "warning",
      message: `1 run was killed on the way: ${id}`,
    });
    expect(exitCode).toBe(0);
  });
});

test("a small thread pool is a warning; a check that fails itself is an error, and the others go on", async () => {
  const folder = project({});
  writeFileSync(join(folder, "file"), "");
  const { bad, findings, exitCode } = await doctor(folder, {
    UV_THREADPOOL_SIZE: "4",
    TMPDIR: join(folder, "file"),
  });
  expect(bad.find(({ id }) => id === "node")).toMatchObject({ status: "warning" });
  expect(bad.find(({ id }) => id === "duckdb.loads")).toMatchObject({
    status: "error",
    message: expect.stringMatching(/^The check itself failed: ENOTDIR/) as string,
  });
  expect(findings.find(({ id }) => id === "disk")).toBeDefined();
  expect(exitCode).toBe(1);
});

test("without DuckDB's library the commands that need it say so, and what to do", async () => {
  const hook = `import{registerHooks}from"node:module";registerHooks({resolve(name,context,next){if(name.startsWith("@duckdb/node-bindings"))throw new Error("no library");return next(name,context)}})`;
  const without = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
  const csv = "{ id: a, component: filesystem.csv_extractor, mode: read, config: { path: a.csv } }";
  const sql = "{ id: b, component: duckdb.processor, mode: transform, config: { query: 'SELECT * FROM a' } }";
  const folder = project({
    "a.csv": "n\n1\n",
    "plain.yaml": pipeline(`  - ${csv}\n`),
    "sql.yaml": pipeline(`  - ${csv}\n  - ${sql}\n`),
  });
  for (const command of ["validate", "explain"]) {
    const { exitCode, stdout, stderr } = await osirisWith(without, folder, command, "sql.yaml", "--json");
    expect(stderr).toMatch(
      /DuckDB cannot be loaded: no library \[duckdb\.load_failed\]\n {2}help: Remove node_modules/,
    );
    expect(JSON.parse(stdout)).toMatchObject({ status: "error", code: "duckdb.load_failed" });
    expect(exitCode).toBe(1);
  }
  const ran = await osirisWith(without, folder, "run", "plain.yaml", "--json");
  expect(JSON.parse(ran.stdout)).toMatchObject({ status: "failed", error: { code: "duckdb.load_failed" } });
  expect(ran.exitCode).toBe(1);
  // The others do not load it.
  for (const args of [["--version"], ["validate", "plain.yaml"], ["components", "list"], ["runs", "list"]]) {
    expect((await osirisWith(without, folder, ...args)).exitCode).toBe(0);
  }
  const { stdout, exitCode } = await osirisWith(without, folder, "doctor", "--json");
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    checks: expect.arrayContaining([
      expect.objectContaining({
        id: "duckdb.loads",
        status: "error",
        message: expect.stringContaining("no library") as string,
      }),
    ]) as unknown,
  });
});
