import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { leakyDriver, WAYS } from "../src/leaky-driver.ts";
import { osirisWith, outcomeOf, startOsirisWith, untilStderr, type Outcome } from "../src/osiris.ts";
import { logLines, pipeline, project, runFolder } from "../src/project.ts";
import { filesBelow, findLeaks } from "../src/secret-search.ts";

/** A secret for every place in which a user can put one. */
const VARIABLES = {
  DB_PASSWORD: `p@ss:w/rd?#%41&=+ 'ž"\\$<b>;|\``,
  URL_PASSWORD: "canary.url+user/info~1",
  URL_TOKEN: "canary-url-prmtr-2",
  DSN_PASSWORD: "canary(dsn)[pass]word*3",
  HEADER_KEY: "canaryHeaderKey4==",
  BEARER: "canary.brr_tkn-5",
  NESTED: "canary\tnested\u00a0sécret-6",
  PEM: `-----BEGIN PRIVATE KEY-----\nY2FuYXJ5LXBlbS1saW5lLTE\nb25lIG1vcmUgbGluZSBvZiBpdA==\n-----END PRIVATE KEY-----\n`,
  SHORT: "q7Z",
  NUMBER: "87654321",
  STEP_PASSWORD: "canary-step-own-field-7",
  NAME_PASSWORD: "canary_only.names_10",
  SIGNING_KEY: "canary-nmd-vrbl-8x8",
} as const;
const DOTENV = { DOTENV_TOKEN: "canary-from-dot-env-9" } as const;
/** All of them. Of the key the lines that are nobody else's. */
const SECRETS = {
  ...VARIABLES,
  ...DOTENV,
  PEM: VARIABLES.PEM.split("\n").slice(1, 3).join("\n"),
  PEM_LINE: VARIABLES.PEM.split("\n")[1] ?? "",
};

const CONNECTIONS = `connections:
  leaky:
    main:
      url: https://user:\${URL_PASSWORD}@host.example/path?token=\${URL_TOKEN}
      dsn: host=db.example user=u password=\${DSN_PASSWORD}
      password: \${DB_PASSWORD}
      api_token: \${DOTENV_TOKEN}
      headers: { X-Shop: "\${HEADER_KEY}", Authorization: "Bearer \${BEARER}" }
      nested: { deep: { value: "\${NESTED}" } }
      private_key: \${PEM}
      short_password: \${SHORT}
      pin_password: "\${NUMBER}"
      name_password: \${NAME_PASSWORD}
`;
const FIELDS =
  "url dsn password api_token headers nested private_key short_password pin_password name_password".split(
    " ",
  );
const SPEC = {
  secrets: ["/password", "/api_token", "/nested/deep", "/private_key"],
  "x-connection-fields": FIELDS,
  configSchema: {
    type: "object",
    properties: Object.fromEntries(["how", "own_password", "note", ...FIELDS].map((name) => [name, {}])),
  },
};

const VARIABLES_AND_NAMES = { ...VARIABLES, LEAKY: Object.keys(VARIABLES).join(" ") };
const run = (folder: string, ...args: readonly string[]): Promise<Outcome> =>
  osirisWith(VARIABLES_AND_NAMES, folder, ...args);

function leakyProject(how: string): string {
  const config = `{ how: ${how}, connection: "@leaky.main", own_password: '\${STEP_PASSWORD}', note: '\${SIGNING_KEY}' }`;
  return project({
    ...leakyDriver(SPEC),
    "osiris_connections.yaml": CONNECTIONS,
    ".env": `DOTENV_TOKEN=${DOTENV.DOTENV_TOKEN}\n`,
    "pipeline.yaml": pipeline(
      `  - { id: leak, component: leaky.extractor, mode: read, config: ${config} }\n`,
    ),
  });
}

/** Everything that is left of what was done: files, streams, tables. */
function remains(folder: string, outcomes: Readonly<Record<string, Outcome>>): ReadonlyMap<string, string> {
  const texts = new Map(filesBelow(folder, (file) => file === ".env"));
  for (const [name, { stdout, stderr }] of Object.entries(outcomes)) {
    texts.set(`stdout of ${name}`, Buffer.from(stdout).toString("latin1"));
    texts.set(`stderr of ${name}`, Buffer.from(stderr).toString("latin1"));
  }
  return texts;
}

const SAYS_AND_GOES_ON: ReadonlySet<string> = new Set([
  "in logs",
  "in events",
  "in names",
  "in rejects",
  "in a schema event",
  "as Secrets",
]);

/** DuckDB names the place alone, and the line of it is not shown. */
const NOT_QUOTED: ReadonlySet<string> = new Set([
  "in SQL that fails",
  "in SQL that does not parse",
  "in a type",
]);

/** What people and programs ask of a run afterwards. */
async function lookInto(folder: string): Promise<Readonly<Record<string, Outcome>>> {
  return {
    "runs list": await run(folder, "runs", "list"),
    "runs list --json": await run(folder, "runs", "list", "--json"),
    rejects: await run(folder, "rejects", "show", "leak", "--limit", "1000", "--json"),
    query: await run(folder, "query", "FROM leak__rejects", "--limit", "1000", "--json"),
  };
}

describe("a driver that says its secrets", () => {
  const ways = Object.keys(WAYS).filter((how) => how !== "when it is cancelled");

  test.each(ways)("%s: none is left anywhere", async (how) => {
    const folder = leakyProject(how);
    const outcome = await run(folder, "run", "pipeline.yaml");
    // It was the driver that spoke, and nothing else that failed.
    const [step] = (JSON.parse(readFileSync(join(runFolder(folder), "run.json"), "utf8")) as Record_).steps;
    expect(step?.status === "succeeded").toBe(SAYS_AND_GOES_ON.has(how));
    const texts = remains(folder, { run: outcome, ...(await lookInto(folder)) });
    expect(findLeaks(texts, SECRETS)).toEqual([]);
    const isMasked = [...texts.values()].some((text) => /\*\*\*|redacted/.test(text));
    expect(isMasked).toBe(!NOT_QUOTED.has(how));
  });

  test("when it is cancelled: none is left anywhere", async () => {
    const folder = leakyProject("when it is cancelled");
    const child = startOsirisWith(VARIABLES_AND_NAMES, folder, "run", "pipeline.yaml", "--json");
    const outcome = outcomeOf(child);
    await untilStderr(child, "ready to stop");
    child.kill("SIGTERM");
    const run = await outcome;
    expect(JSON.parse(run.stdout)).toMatchObject({ status: "cancelled" });
    const texts = remains(folder, { run, ...(await lookInto(folder)) });
    expect(findLeaks(texts, SECRETS)).toEqual([]);
  });
});

interface Record_ {
  readonly steps: readonly { readonly status: string }[];
}

test("nothing that is done with a pipeline before it runs shows a secret or writes one down", async () => {
  const folder = leakyProject("as Secrets");
  const outcomes = {
    validate: await run(folder, "validate", "pipeline.yaml", "--json"),
    compile: await run(folder, "compile", "pipeline.yaml"),
    explain: await run(folder, "explain", "pipeline.yaml"),
    "explain --json": await run(folder, "explain", "pipeline.yaml", "--json"),
    "schema connections": await run(folder, "schema", "connections"),
  };
  expect(Object.values(outcomes).map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
  expect(findLeaks(remains(folder, outcomes), SECRETS)).toEqual([]);
});

test("the search finds what is there", () => {
  const { DB_PASSWORD: secret } = VARIABLES;
  const forms = [
    secret,
    JSON.stringify(secret),
    encodeURIComponent(secret),
    ...["", "a", "ab", "abc"].map((before) => Buffer.from(`${before}${secret}after`).toString("base64")),
    Buffer.from(`u${secret}`).toString("base64url"),
    `cut: ${secret.slice(3, 12)}...`,
  ];
  for (const form of forms) {
    const text = Buffer.from(`x ${form} y`).toString("latin1");
    expect(findLeaks(new Map([["text", text]]), { secret })).not.toEqual([]);
  }
});

describe("what is no secret is left as it is", () => {
  /** Secrets that are in everything: a digit, a year, words of records, the name of the step, what ids begin with. */
  const COMMON = {
    A: "1",
    B: "2026",
    C: "error",
    D: "leak",
    E: "rows",
    F: "sha256",
    G: "succeeded",
    H: "12345678",
  };
  const FIELDS = Object.keys(COMMON).map((name) => `${name.toLowerCase()}_password`);

  function commonProject(body: string): string {
    const fields = Object.keys(COMMON).map((name) => `${name.toLowerCase()}_password: "\${${name}}"`);
    return project({
      "package.json": projectManifest("osiris-driver-plain"),
      ...driverPackage("osiris-driver-plain", [
        {
          name: "plain.extractor",
          mode: "extract",
          inputs: "none",
          run: body,
          spec: {
            configSchema: {
              type: "object",
              properties: Object.fromEntries(FIELDS.map((name) => [name, {}])),
            },
          },
        },
      ]),
      "pipeline.yaml": pipeline(
        `  - { id: leak, component: plain.extractor, mode: read, config: { ${fields.join(", ")} } }\n`,
      ),
    });
  }

  test("ids, hashes, counts, moments and numbers, whatever secrets there are", async () => {
    const folder = commonProject(`
      ctx.event("counted.rows", { year: 2026, n: 12345678, one: 1 });
      ctx.metric("rows.error", 2026, "rows");
      ctx.log("info", "of the run " + ctx.artifacts);
      ctx.log("info", "it is 2026");
      await ctx.createTableAs("SELECT 1 AS error, 2 AS leak FROM range(2026)");
      return { rows: 2026 };`);
    const { exitCode, stdout } = await osirisWith(COMMON, folder, "run", "pipeline.yaml", "--json");
    expect(exitCode).toBe(0);
    const record: unknown = JSON.parse(stdout);
    const shape = {
      run_id: expect.stringMatching(/^\d{8}T\d{9}Z-[0-9a-f]{6}$/) as unknown,
      manifest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
      started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown,
      status: "succeeded",
      run_dir: runFolder(folder),
      steps: [
        {
          id: "leak",
          status: "succeeded",
          rows_out: 2026,
          tables: [{ name: "leak", rows: 2026, columns: [{ name: "error" }, { name: "leak" }] }],
        },
      ],
    };
    expect(record).toMatchObject(shape);
    const events = logLines(runFolder(folder), "events");
    expect(events.find(({ event }) => event === "counted.rows")).toMatchObject({
      year: 2026,
      n: 12345678,
      one: 1,
    });
    expect(events.find(({ event }) => event === "step_complete")).toMatchObject({
      rows_out: 2026,
      step_id: "leak",
    });
    const [said, year] = events.filter(({ event }) => event === "log").map(({ message }) => String(message));
    expect(said).toContain(`/${(record as { run_id: string }).run_id}/`);
    expect(year).toBe("it is ***");
    expect(logLines(runFolder(folder), "metrics")).toContainEqual(
      expect.objectContaining({ metric: "rows.error", value: 2026, step_id: "leak" }),
    );
  });

  test("codes, too", async () => {
    const folder = commonProject(`await ctx.query("SELECT error FROM range(1)"); return { rows: 0 };`);
    const { stdout } = await osirisWith(COMMON, folder, "run", "pipeline.yaml", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      status: "failed",
      steps: [
        { id: "leak", status: "failed", error: { code: expect.stringMatching(/^sql\.\w+$/) as unknown } },
      ],
    });
  });
});

test("a secret that does not fit, or is given as a parameter, is not shown by what refuses it", async () => {
  const folder = project({
    ...leakyDriver({
      ...SPEC,
      configSchema: {
        type: "object",
        properties: {
          ...SPEC.configSchema.properties,
          password: { type: "string", pattern: "^never$", maxLength: 3 },
          api_token: { enum: ["never"] },
          pin_password: { type: "integer", maximum: 3 },
        },
      },
    }),
    "osiris_connections.yaml": CONNECTIONS,
    ".env": `DOTENV_TOKEN=${DOTENV.DOTENV_TOKEN}\n`,
    "pipeline.yaml": pipeline(
      `  - { id: leak, component: leaky.extractor, mode: read, config: { how: as Secrets, connection: "@leaky.main" } }\n`,
    ),
    "params.yaml": pipeline(
      "  - { id: a, component: duckdb.processor, mode: transform, config: { query: SELECT 1 AS a } }\n",
      "params: { db_password: { type: string }, n: { type: integer, default: 1 } }\n",
    ),
  });
  const { PEM_LINE, NUMBER, NESTED } = SECRETS;
  const outcomes = {
    run: await run(folder, "run", "pipeline.yaml", "--json"),
    param: await run(folder, "compile", "params.yaml", "--param", `db_password=${PEM_LINE}`),
    "number param": await run(folder, "compile", "params.yaml", "--param", `db_password=${NUMBER}`, "--json"),
    "wrong param": await run(folder, "compile", "params.yaml", "--param", `n=https://u:${NESTED}@h/`),
  };
  expect(Object.values(outcomes).map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2]);
  const refused: unknown = JSON.parse(outcomes.run.stdout);
  expect(refused).toMatchObject({ code: "config.invalid" });
  expect(outcomes.run.stdout).toMatch(/password.*api_token.*pin_password/s);
  expect(findLeaks(remains(folder, outcomes), SECRETS)).toEqual([]);
});
