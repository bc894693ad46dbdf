import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris, osirisWith, type Outcome } from "../src/osiris.ts";
import { project } from "../src/project.ts";

/** With a part of everything that URLs, JSON and regular expressions treat in a way of their own. */
const PASSWORD = `p@ss:w/rd?#%41&=+ "\\$`;
const ENV = { DB_PASSWORD: PASSWORD };

const SPEC = {
  examples: [{ title: "Plain", config: { connection: "@db.main" } }],
  secrets: ["/password"],
  "x-connection-fields": ["host", "port", { name: "password", override: "forbidden" }],
  configSchema: {
    type: "object",
    required: ["host", "password"],
    properties: {
      host: { type: "string" },
      port: { type: "integer", maximum: 65535, default: 3306 },
      password: { type: "string" },
      note: { type: "string" },
    },
  },
};

interface Check {
  readonly component?: string;
  readonly status: string;
  readonly details?: string;
  readonly warnings: readonly { message: string; hint?: string }[];
  readonly error?: { code: string; category: string; message: string; hint?: string };
}
interface Checked {
  readonly connection: string;
  readonly status: string;
  readonly reason?: string;
  readonly checks: readonly Check[];
}

const MAIN =
  "connections:\n  db:\n    main: { host: db1, port: '${DB_PORT:-3307}', password: '${DB_PASSWORD}' }\n";

/** A project with a connection and a driver whose check has this body. */
function dbProject(check: string | undefined, connections = MAIN): string {
  const members = check === undefined ? "" : `async check({ connection, signal }) { ${check} },`;
  const component = { mode: "extract", inputs: "none", run: "", spec: SPEC, members } as const;
  return project({
    "package.json": projectManifest("osiris-driver-db"),
    ...driverPackage("osiris-driver-db", [{ name: "db.extractor", ...component }]),
    "osiris_connections.yaml": connections,
  });
}

async function doctor(
  folder: string,
  ...args: readonly string[]
): Promise<Outcome & { checked: readonly Checked[] }> {
  const outcome = await osirisWith(ENV, folder, "connections", "doctor", "--json", ...args);
  const { connections } = JSON.parse(outcome.stdout) as { connections: readonly Checked[] };
  return { ...outcome, checked: connections };
}

describe("a check", () => {
  test("gets the connection as a step would: defaults, the environment, secrets", async () => {
    const check = `const { host, port, password } = connection;
      return { details: \`\${host} \${port + 1} \${password} \${password.reveal() === process.env.DB_PASSWORD}\` };`;
    const { checked, exitCode } = await doctor(dbProject(check));
    expect(checked).toMatchObject([
      {
        connection: "@db.main",
        status: "ok",
        checks: [{ component: "db.extractor", status: "ok", details: "db1 3308 *** true", warnings: [] }],
      },
    ]);
    expect(exitCode).toBe(0);
    const without = dbProject(check, MAIN.replace(", port: '${DB_PORT:-3307}'", ""));
    expect((await doctor(without)).checked[0]?.checks[0]?.details).toBe("db1 3307 *** true");
  });

  test("may warn, which fails nothing", async () => {
    const { checked, exitCode } = await doctor(
      dbProject(`return { warnings: [{ message: "old server", hint: "Update it." }] };`),
    );
    expect(checked[0]?.status).toBe("warning");
    expect(checked[0]?.checks[0]?.warnings).toEqual([{ message: "old server", hint: "Update it." }]);
    expect(exitCode).toBe(0);
  });

  test("of several components with one function is made once", async () => {
    const component = { mode: "extract", inputs: "none", run: "", spec: SPEC } as const;
    const members = "check,";
    const folder = project({
      "package.json": projectManifest("osiris-driver-db"),
      ...driverPackage(
        "osiris-driver-db",
        [
          { name: "db.writer", ...component, members },
          { name: "db.extractor", ...component, members },
          { name: "db.other", ...component, members: `async check() { return {}; },` },
        ],
        { head: "async function check() { return {}; }" },
      ),
      "osiris_connections.yaml": MAIN,
    });
    const { checked } = await doctor(folder);
    expect(checked[0]?.checks.map(({ component }) => component)).toEqual(["db.extractor", "db.other"]);
  });

  test.each([
    [`throw "no " + connection.password.reveal();`, "driver.broken", /its check\(\) failed: no \*\*\*$/],
    [
      `throw new Error("db://u:" + encodeURIComponent(connection.password.reveal()) + "@h refused");`,
      "driver.broken",
      /failed: db:\/\/u:\*\*\*@h refused/,
    ],
    [`throw undefined;`, "driver.broken", /failed: undefined/],
    [`return true;`, "driver.broken", /must resolve with/],
    [`return { warnings: "none" };`, "driver.broken", /must resolve with/],
    [`return { details: connection };`, "driver.broken", /must resolve with/],
  ])("that misbehaves is its driver's fault, and says no secret: %s", async (check, code, message) => {
    const { checked, exitCode, stdout, stderr } = await doctor(dbProject(check));
    expect(checked[0]?.status).toBe("failed");
    expect(checked[0]?.checks[0]?.error).toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    expect(stdout + stderr).not.toContain("w/rd");
    expect(exitCode).toBe(1);
  });

  test("that never ends is left behind, and the others are told", async () => {
    const folder = dbProject(
      `if (connection.host === "slow") await new Promise(() => setInterval(() => 0, 1000)); return {};`,
      `${MAIN}    slow: { host: slow, password: '\${DB_PASSWORD}' }\n`,
    );
    const { checked, exitCode } = await doctor(folder, "--timeout", "300ms");
    expect(checked.map(({ connection, status }) => [connection, status])).toEqual([
      ["@db.main", "ok"],
      ["@db.slow", "failed"],
    ]);
    expect(checked[1]?.checks[0]?.error?.code).toBe("connection.timeout");
    expect(exitCode).toBe(1);
  });

  test("that ends the process, or throws where nobody awaits it, is no success and says no secret", async () => {
    const exits = await osirisWith(ENV, dbProject("process.exit(0);"), "connections", "doctor");
    expect(exits.stderr).toMatch(/A driver has called process\.exit\(\)/);
    expect(exits.exitCode).toBe(2);
    const throws = `setTimeout(() => { throw new Error("lost " + connection.password.reveal()); }); await new Promise((r) => setTimeout(r, 1000)); return {};`;
    const thrown = await osirisWith(ENV, dbProject(throws), "connections", "doctor", "--json");
    expect(thrown.stderr).toContain("lost ***");
    expect(thrown.stdout + thrown.stderr).not.toContain("w/rd");
    expect(thrown.exitCode).toBe(2);
  });
});

describe("what is wrong before a driver is asked", () => {
  test("is said of its connection: variables, values, fields that steps may not set", async () => {
    const connections = `${MAIN}    wide: { host: h, port: 99999, password: '\${DB_PASSWORD}' }\n    open: { host: h }\n    unset: { host: '\${NO_HOST}', password: '\${NO_PW}' }\n`;
    const { checked, exitCode } = await doctor(dbProject("return {};", connections));
    const errors = checked.map(({ checks }) => checks[0]?.error);
    expect(errors[0]).toBeUndefined();
    expect(errors.slice(1)).toMatchObject([
      { code: "connection.invalid", message: expect.stringContaining('"port" must be <= 65535') as string },
      { code: "connection.invalid", message: expect.stringContaining('"password" is missing') as string },
      {
        code: "environment.missing",
        message: expect.stringMatching(/NO_HOST \(for "host"\), NO_PW \(for "password"\)/) as string,
      },
    ]);
    expect(exitCode).toBe(1);
  });

  test("is a family that nobody can check: said so, and no failure unless a variable is missing", async () => {
    const none = await doctor(dbProject(undefined, `${MAIN}  odd:\n    a: { key: '\${DB_PASSWORD}' }\n`));
    expect(none.checked.map(({ status, reason }) => [status, reason])).toEqual([
      ["unchecked", "it cannot be checked: no installed driver of this family has a check"],
      ["unchecked", 'it cannot be checked: no component of the family "odd" is installed'],
    ]);
    expect(none.exitCode).toBe(0);
    const unset = await doctor(dbProject(undefined, `connections:\n  odd:\n    a: { key: '\${NO_KEY}' }\n`));
    expect(unset.checked[0]?.checks[0]?.error?.code).toBe("environment.missing");
    expect(unset.exitCode).toBe(1);
  });

  test("is a file that cannot be used, a name that is none, or no file at all", async () => {
    const folder = dbProject("return {};");
    const wrong = await osiris(folder, "connections", "doctor", "@db.mian");
    expect(wrong.stderr).toMatch(/no connection @db\.mian.*Did you mean "@db\.main"/s);
    expect((await osiris(folder, "connections", "doctor", "main")).stderr).toMatch(/Write @family\.alias/);
    writeFileSync(join(folder, "osiris_connections.yaml"), "connections:\n  db:\n    main: { hots: db1 }\n");
    const bad = await osiris(folder, "connections", "doctor");
    expect(bad.stderr).toMatch(/osiris_connections\.yaml:3:13: error: .*"hots".*Did you mean "host"/s);
    expect([wrong.exitCode, bad.exitCode]).toEqual([2, 2]);
    rmSync(join(folder, "osiris_connections.yaml"));
    const missing = await osiris(folder, "connections", "doctor");
    expect(missing.stdout).toMatch(/No connections: there is no osiris_connections\.yaml/);
    expect(missing.exitCode).toBe(0);
    const named = await osiris(folder, "connections", "doctor", "@db.main");
    expect(named.stderr).toMatch(/no osiris_connections\.yaml here or above/);
    expect(named.exitCode).toBe(2);
  });

  test("is a driver that cannot be loaded: the other families are checked", async () => {
    const folder = dbProject("return {};", `${MAIN}  filesystem:\n    here: { base_dir: . }\n`);
    writeFileSync(join(folder, "node_modules/osiris-driver-db/driver.js"), "import 'not-there';");
    const { checked, exitCode } = await doctor(folder);
    expect(checked.map(({ status }) => status)).toEqual(["failed", "ok"]);
    expect(checked[0]?.checks[0]?.error?.code).toBe("driver.load_failed");
    expect(exitCode).toBe(1);
  });
});

describe("a folder of CSV files", () => {
  const connections = (folder: string): string =>
    `connections:\n  filesystem:\n    lake: { base_dir: ${folder} }\n`;

  test.each([
    ["data", "ok", undefined],
    ["missing", "failed", "csv.folder_not_found"],
    ["data/a.csv", "failed", "csv.not_a_folder"],
    ["data/a.csv/below", "failed", "csv.not_a_folder"],
  ])("%s: %s", async (folder, status, code) => {
    const { checked } = await doctor(
      project({ "osiris_connections.yaml": connections(folder), "data/a.csv": "a\n1\n" }),
    );
    expect(checked[0]?.status).toBe(status);
    expect(checked[0]?.checks[0]?.error?.code).toBe(code);
  });

  test("starts at the connections file, wherever the command is called", async () => {
    const folder = project({ "osiris_connections.yaml": connections("data"), "data/a.csv": "a\n1\n" });
    const { checked } = await doctor(join(folder, "data"));
    expect(checked[0]?.checks[0]?.details).toBe(`the folder ${join(folder, "data")}`);
  });
});

test("osiris connections list shows names, places and variables, and never a value of the environment", async () => {
  const folder = dbProject(
    "return {};",
    `${MAIN}    other: { host: '\${DB_HOST:-localhost}', password: '\${OTHER}', default: true }\n`,
  );
  const { stdout, exitCode } = await osirisWith(ENV, folder, "connections", "list", "--json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    file: "osiris_connections.yaml",
    connections: [
      {
        connection: "@db.main",
        family: "db",
        alias: "main",
        default: false,
        file: "osiris_connections.yaml",
        line: 3,
        fields: { host: "db1", port: "${DB_PORT:-3307}", password: "${DB_PASSWORD}" },
        variables: [
          { name: "DB_PORT", set: false, fallback: true },
          { name: "DB_PASSWORD", set: true, fallback: false },
        ],
        components: ["db.extractor"],
      },
      {
        connection: "@db.other",
        family: "db",
        alias: "other",
        default: true,
        file: "osiris_connections.yaml",
        line: 4,
        fields: { host: "${DB_HOST:-localhost}", password: "${OTHER}" },
        variables: [
          { name: "DB_HOST", set: false, fallback: true },
          { name: "OTHER", set: false, fallback: false },
        ],
        components: ["db.extractor"],
      },
    ],
  });
  const text = await osirisWith(ENV, folder, "connections", "list");
  expect(text.stdout).toMatch(/@db\.other \(default\) {2}osiris_connections\.yaml:4/);
  expect(text.stdout).toMatch(/not set: OTHER/);
  expect(text.stdout).not.toContain("w/rd");
  const literal = dbProject("return {};", MAIN.replace("${DB_PASSWORD}", "hunter22"));
  const refused = await osiris(literal, "connections", "list", "--json");
  expect(refused.exitCode).toBe(2);
  expect(refused.stdout + refused.stderr).not.toContain("hunter22");
});
