import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris, osirisWith } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

/** A password with a part of everything that URLs, shells, JSON and YAML treat in a way of their own. */
const PASSWORD = `p@ss:w/rd?#%41&=+ 'ž"\\$`;

const SPEC = {
  secrets: ["/password", "/headers"],
  "x-connection-fields": ["host", "port", { name: "password", override: "forbidden" }, "headers"],
  configSchema: {
    type: "object",
    required: ["host", "password"],
    additionalProperties: false,
    properties: {
      host: { type: "string" },
      port: { type: "integer", minimum: 1, maximum: 65535, default: 3306 },
      password: { type: "string" },
      headers: { type: "object", additionalProperties: { type: "string" } },
      note: { type: "string" },
    },
  },
  examples: [{ title: "Plain", config: { connection: "@db.main" } }],
};

/** A driver that writes down what it got, and whether the password was the right one. */
const ECHO = `
  const columns = ["host", "port", "note", "shown", "right"].map((name) => ({ name, type: "VARCHAR" }));
  const table = await ctx.createTable(columns);
  const { host, port, note, password, headers } = config;
  const right = password.reveal() === ${JSON.stringify(PASSWORD)};
  table.append({ host, port: JSON.stringify(port), note, shown: \`\${password} \${JSON.stringify(headers)}\`, right: String(right) });
  return { rows: 1 };`;

/** A driver that writes down its config. */
const SHOWN = `
  const table = await ctx.createTable([{ name: "shown", type: "VARCHAR" }]);
  table.append({ shown: JSON.stringify(config) });
  return { rows: 1 };`;

/** A driver that says its password wherever it can. */
const BLABS = `
  const password = config.password.reveal();
  ctx.log("warn", "the password is " + password, { password, url: "db://x:" + encodeURIComponent(password) + "@h" });
  ctx.event("connected", { options: [{ password, header: "Basic " + btoa(unescape(encodeURIComponent(password))) }] });
  throw new Error("access denied for " + JSON.stringify({ password }));`;

function dbProject(
  config: string,
  connections: string | undefined,
  more: Readonly<Record<string, string>> = {},
): string {
  return project({
    "package.json": projectManifest("osiris-driver-db"),
    ...driverPackage("osiris-driver-db", [
      { name: "db.extractor", mode: "extract", inputs: "none", run: ECHO, spec: SPEC },
      { name: "db.blabber", mode: "extract", inputs: "none", run: BLABS, spec: SPEC },
    ]),
    "pipeline.yaml": pipeline(
      `  - { id: row, component: db.extractor, mode: read, config: { ${config} } }\n`,
    ),
    ...(connections === undefined ? {} : { "osiris_connections.yaml": connections }),
    ...more,
  });
}

const MAIN = "connections:\n  db:\n    main: { host: db1, port: 3307, password: '${DB_PASSWORD}' }\n";
const ENV = { DB_PASSWORD: PASSWORD };

async function row(folder: string): Promise<Readonly<Record<string, unknown>>> {
  const { stdout } = await osiris(folder, "preview", "row", "--json");
  return (JSON.parse(stdout) as { rows: Record<string, unknown>[] }).rows[0] ?? {};
}

describe("a connection", () => {
  test("gives what the step does not say, between the spec's defaults and the step's own", async () => {
    const folder = dbProject("connection: '@db.main', host: db2, note: mine", MAIN);
    const { exitCode, stderr } = await osirisWith(ENV, folder, "run", "pipeline.yaml");
    expect(stderr).not.toContain("error");
    expect(exitCode).toBe(0);
    expect(await row(folder)).toEqual({
      host: "db2",
      port: "3307",
      note: "mine",
      shown: "*** undefined",
      right: "true",
    });
  });

  test("is the family's default when the step names none, and the spec's defaults fill the rest", async () => {
    const two = `${MAIN.replace(", port: 3307", "")}    other: { default: true, host: db3, password: '\${DB_PASSWORD}', headers: { X-Key: '\${DB_PASSWORD}' } }\n`;
    const folder = dbProject("note: '$${not filled in}'", two);
    const { exitCode } = await osirisWith(ENV, folder, "run", "pipeline.yaml");
    expect(exitCode).toBe(0);
    expect(await row(folder)).toEqual({
      host: "db3",
      port: "3306",
      note: "${not filled in}",
      shown: '*** {"X-Key":"***"}',
      right: "true",
    });
  });

  test("is taken by a step that lacks nothing, and not by one that brings its own password", async () => {
    const optional = { ...SPEC, configSchema: { ...SPEC.configSchema, required: [] } };
    const folder = dbProject("", MAIN, {
      ...driverPackage("osiris-driver-db", [
        { name: "db.extractor", mode: "extract", inputs: "none", run: SHOWN, spec: optional },
      ]),
      "alone.yaml": pipeline(
        "  - { id: row, component: db.extractor, mode: read, config: { password: '${DB_PASSWORD}' } }\n",
      ),
    });
    expect((await osirisWith(ENV, folder, "run", "pipeline.yaml")).exitCode).toBe(0);
    expect(await row(folder)).toEqual({ shown: '{"host":"db1","port":3307,"password":"***"}' });
    expect((await osirisWith(ENV, folder, "run", "alone.yaml")).exitCode).toBe(0);
    expect(await row(folder)).toEqual({ shown: '{"password":"***","port":3306}' });
  });

  test("is no part of the manifest: the same one runs with another", async () => {
    const folder = dbProject("connection: '@db.main'", MAIN);
    await osirisWith(ENV, folder, "compile", "pipeline.yaml", "--out", "build");
    const files = ["manifest.yaml", "cfg/row.json", "plan.json"];
    const compiled = files.map((file) => readFileSync(join(folder, "build", file), "utf8")).join("\n");
    expect(compiled).toContain('connection: "@db.main"');
    expect(compiled).not.toMatch(/host|port|DB_PASSWORD/);
    writeFileSync(join(folder, "osiris_connections.yaml"), MAIN.replace("db1", "db9"));
    const { exitCode } = await osirisWith(ENV, folder, "run", "build/manifest.yaml");
    expect(exitCode).toBe(0);
    expect(await row(folder)).toMatchObject({ host: "db9", port: "3307" });
  });

  test("takes types from the environment, and refuses what does not fit before anything runs", async () => {
    const connections = MAIN.replace("3307", "'${DB_PORT:-3310}'");
    const folder = dbProject("connection: '@db.main'", connections);
    expect((await osirisWith({ ...ENV, DB_PORT: "" }, folder, "run", "pipeline.yaml")).exitCode).toBe(0);
    expect(await row(folder)).toMatchObject({ port: "3310" });
    const wrong = await osirisWith({ ...ENV, DB_PORT: "99999" }, folder, "run", "pipeline.yaml");
    expect(wrong.stderr).toMatch(/Step "row" \(db\.extractor\): "port" must be <= 65535/);
    expect(wrong.exitCode).toBe(2);
    expect(readdirSync(join(folder, ".osiris_sessions")).filter((name) => name !== "locks")).toHaveLength(1);
  });

  test("reads .env beside its file, and an exported variable wins", async () => {
    const env = `DB_PASSWORD='wrong'\nDB_HOST=from-file\n`;
    const folder = dbProject("connection: '@db.main'", MAIN.replace("db1", "'${DB_HOST}'"), { ".env": env });
    expect((await osirisWith(ENV, folder, "run", "pipeline.yaml")).exitCode).toBe(0);
    expect(await row(folder)).toMatchObject({ host: "from-file", right: "true" });
  });

  test("that is missing is named, with the place, and so are variables, all of them", async () => {
    const unknown = await osiris(dbProject("connection: '@db.mian'", MAIN), "validate", "pipeline.yaml");
    expect(unknown.stderr).toMatch(
      /pipeline\.yaml:4:75: error: No connection "@db\.mian".*Did you mean "@db\.main"/s,
    );
    const noFile = await osiris(dbProject("connection: '@db.main'", undefined), "validate", "pipeline.yaml");
    expect(noFile.stderr).toMatch(/There is no osiris_connections\.yaml/);
    expect([unknown.exitCode, noFile.exitCode]).toEqual([2, 2]);
    const folder = dbProject("connection: '@db.main', note: '${NOTE}'", MAIN);
    const unset = await osiris(folder, "run", "pipeline.yaml");
    expect(unset.stderr).toMatch(/Step "row" needs .*DB_PASSWORD \(for "password"\), NOTE \(for "note"\)/);
    expect(unset.exitCode).toBe(2);
    expect(existsSync(join(folder, ".osiris_sessions"))).toBe(false);
  });
});

describe("a secret", () => {
  const blabbing = (): string =>
    dbProject("connection: '@db.main'", MAIN, {
      "pipeline.yaml": pipeline(
        "  - { id: row, component: db.blabber, mode: read, config: { connection: '@db.main' } }\n",
      ),
    });

  test("is nowhere on disk or screen after a run, also when its driver says it", async () => {
    const folder = blabbing();
    const { exitCode, stdout, stderr } = await osirisWith(ENV, folder, "run", "pipeline.yaml");
    expect(exitCode).toBe(1);
    expect(stdout).toContain('access denied for {"password":"***"}');
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
    expect(files.some((text) => text.includes('"the password is ***"'))).toBe(true);
    const base64 = Buffer.from(PASSWORD, "utf8").toString("base64");
    const forms = [PASSWORD, encodeURIComponent(PASSWORD), JSON.stringify(PASSWORD).slice(1, -1), base64];
    for (const text of [...files, stdout, stderr]) {
      for (const form of forms) expect(text).not.toContain(Buffer.from(form, "utf8").toString("latin1"));
    }
  });

  test("is taken out where no spec declares it: in headers, URLs and under names that secrets have", async () => {
    const config = `{ headers: { Authorization: 'Bearer \${KEY}' }, url: 'https://u:\${KEY}@h/x?token=\${KEY}', opts: { api_token: '\${KEY}' } }`;
    const spec = {
      secrets: [],
      "x-connection-fields": ["none"],
      configSchema: { type: "object", properties: { none: {} } },
    };
    const run = `ctx.log("warn", "got", { [config.opts.api_token]: 1 });
      throw new Error(JSON.stringify(config) + " Basic " + btoa("u:" + config.opts.api_token));`;
    const folder = project({
      "package.json": projectManifest("osiris-driver-db"),
      ...driverPackage("osiris-driver-db", [{ name: "db.open", mode: "extract", inputs: "none", run, spec }]),
      "pipeline.yaml": pipeline(`  - { id: row, component: db.open, mode: read, config: ${config} }\n`),
    });
    const { exitCode, stdout, stderr } = await osirisWith(
      { KEY: "topsecret99" },
      folder,
      "run",
      "pipeline.yaml",
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain('"url":"https://u:***@h/x?token=***"');
    const sessions = join(folder, ".osiris_sessions");
    const files = readdirSync(sessions, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
    for (const text of [...files, stdout, stderr]) expect(text).not.toMatch(/topsecret99|dTp0b3BzZWNyZXQ5OQ/);
  });

  test("of four characters is taken out, too", async () => {
    const folder = blabbing();
    const { stdout, stderr } = await osirisWith({ DB_PASSWORD: "abcd" }, folder, "run", "pipeline.yaml");
    expect(stderr).toContain("the password is ***");
    expect(stdout + stderr).not.toContain("abcd");
  });
});
