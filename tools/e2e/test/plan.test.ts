import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris, osirisWith, type Outcome } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

interface StepPlan {
  readonly step: string;
  readonly component: string;
  readonly status: string;
  readonly input?: { table: string; columns: { name: string; type: string }[]; run_id?: string };
  readonly changes: readonly { action: string; kind: string; name: string; message: string; sql?: string }[];
  readonly refused: readonly { message: string; hint?: string }[];
  readonly error?: { code: string; message: string };
}
interface Document {
  readonly status: string;
  readonly code?: string;
  readonly pipeline: string;
  readonly profile?: string;
  readonly steps: readonly StepPlan[];
}

const PASSWORD = "s3cret-of-the-shop";

/** What the drivers of these tests say: the config and the input that they got. */
const ANSWER = `
  async plan({ config, input, signal }) {
    if (config.mood === "hang") return new Promise(() => undefined);
    if (config.mood === "odd") return { changes: [{ action: "explode", kind: "table", name: "x", message: "x" }] };
    if (config.mood === "down") throw Object.assign(new Error("no answer from " + config.password.reveal()),
      { [Symbol.for("osiris.error")]: true, code: "acme.down", category: "external", hint: "Wait." });
    const refused = config.mood === "refuse" ? [{ message: "it has triggers", hint: "Drop them." }] : [];
    if (input === undefined) return { changes: [], refused };
    const names = input.columns.map(({ name, type }) => name + " " + type).join(", ");
    const change = { action: "create", kind: "table", name: "shop.a", sql: "CREATE TABLE a (" + names + ")",
      message: "As " + config.password.reveal() + ", with " + config.size, rows: { count: 1200, exact: false } };
    return { changes: [change], refused };
  },`;

const WRITE = "return { rows: inputs.tables[0].rows };";
const CONFIG = {
  secrets: ["/password"],
  configSchema: {
    type: "object",
    properties: {
      password: { type: "string" },
      mood: { type: "string" },
      size: { type: "integer", default: 7 },
    },
  },
};

const ACME = {
  "package.json": projectManifest("osiris-driver-acme"),
  ...driverPackage("osiris-driver-acme", [
    { name: "acme.writer", mode: "write", inputs: "one", spec: CONFIG, members: ANSWER, run: WRITE },
    { name: "acme.mute", mode: "write", inputs: "one", run: WRITE },
    {
      name: "acme.reader",
      mode: "extract",
      inputs: "none",
      run: `await ctx.createTableAs("SELECT 1::INTEGER AS seen"); return { rows: 1 };`,
    },
  ]),
};

const QUERY = `  - id: made
    component: duckdb.processor
    mode: transform
    config: { query: "SELECT 1::BIGINT AS n, 'x' AS t" }
`;
const step = (id: string, component: string, config: string, needs = "[made]"): string =>
  `  - { id: ${id}, component: ${component}, mode: write, needs: ${needs}, config: { ${config} } }\n`;
const acme = (id: string, config = ""): string => step(id, "acme.writer", `password: "\${SHOP}"${config}`);

function acmeProject(steps: string, head = ""): string {
  return project({ ...ACME, "pipeline.yaml": pipeline(steps, head) });
}

async function plan(folder: string, ...args: readonly string[]): Promise<Outcome & { document: Document }> {
  const outcome = await osirisWith({ SHOP: PASSWORD }, folder, "plan", "pipeline.yaml", "--json", ...args);
  expect(outcome.stdout + outcome.stderr).not.toContain(PASSWORD);
  return { ...outcome, document: JSON.parse(outcome.stdout) as Document };
}

describe("osiris plan", () => {
  test("hands a writer its config and the columns that the compiler knows, and shows its answer", async () => {
    const folder = acmeProject(QUERY + acme("out") + step("quiet", "acme.mute", ""));
    const { exitCode, document } = await plan(folder);
    expect(exitCode).toBe(0);
    const columns = [
      { name: "n", type: "BIGINT" },
      { name: "t", type: "VARCHAR" },
    ];
    const change = {
      action: "create",
      kind: "table",
      name: "shop.a",
      message: "As ***, with 7",
      sql: "CREATE TABLE a (n BIGINT, t VARCHAR)",
      rows: { count: 1200, exact: false },
    };
    expect(document).toEqual({
      status: "ok",
      pipeline: "test",
      steps: [
        {
          step: "out",
          component: "acme.writer",
          status: "planned",
          input: { table: "made", columns },
          changes: [change],
          refused: [],
        },
        { step: "quiet", component: "acme.mute", status: "unknown", changes: [], refused: [] },
      ],
    });
    const text = await osirisWith({ SHOP: PASSWORD }, folder, "plan", "pipeline.yaml");
    expect(text.stdout).toBe(`out  (acme.writer)
  create table shop.a  (about 1,200 rows)
    As ***, with 7
      CREATE TABLE a (n BIGINT, t VARCHAR)

quiet  (acme.mute)
  its driver cannot say what it would change
`);
    // Nothing was run, so there is no folder of runs.
    expect(existsSync(join(folder, ".osiris_sessions"))).toBe(false);
  });

  test("takes the columns from the last run where the compiler does not know them", async () => {
    const read = "  - { id: made, component: acme.reader, mode: read }\n";
    const folder = acmeProject(read + acme("out"));
    const before = await plan(folder);
    expect(before.document.steps[0]).not.toHaveProperty("input");
    expect(before.document.steps[0]?.status).toBe("planned");
    const unknown = await osirisWith({ SHOP: PASSWORD }, folder, "plan", "pipeline.yaml");
    expect(unknown.stdout).toContain("the columns of its input are not known before the run");

    const ran = await osirisWith(
      { SHOP: PASSWORD },
      folder,
      "run",
      "pipeline.yaml",
      "--json",
      "--retain",
      "none",
    );
    const { run_id } = JSON.parse(ran.stdout) as { run_id: string };
    const after = await plan(folder);
    const input = { table: "made", columns: [{ name: "seen", type: "INTEGER" }], run_id };
    expect(after.document.steps[0]).toMatchObject({
      input,
      changes: [{ sql: "CREATE TABLE a (seen INTEGER)" }],
    });
    const text = await osirisWith({ SHOP: PASSWORD }, folder, "plan", "pipeline.yaml");
    expect(text.stdout).toContain(`with the columns that made had in run ${run_id}`);
  });

  test("takes parameters and profiles as run does, and a manifest", async () => {
    const head =
      "params: { size: { type: integer, default: 1 } }\nprofiles: { big: { params: { size: 1000 } } }\n";
    const folder = acmeProject(QUERY + acme("out", ', size: "${params.size}"'), head);
    const message = (document: Document): string | undefined => document.steps[0]?.changes[0]?.message;
    expect(message((await plan(folder)).document)).toBe("As ***, with 1");
    expect(message((await plan(folder, "--param", "size=5")).document)).toBe("As ***, with 5");
    const big = await plan(folder, "--profile", "big");
    expect(big.document.profile).toBe("big");
    expect(message(big.document)).toBe("As ***, with 1000");
    await osiris(folder, "compile", "pipeline.yaml", "--profile", "big", "--out", "built");
    const { stdout } = await osirisWith({ SHOP: PASSWORD }, folder, "plan", "built/manifest.yaml", "--json");
    expect(message(JSON.parse(stdout) as Document)).toBe("As ***, with 1000");
  });

  test("asks about one step with --step, and refuses a step that does not write", async () => {
    const folder = acmeProject(QUERY + acme("out", ", mood: down") + acme("second"));
    const one = await plan(folder, "--step", "second");
    expect(one.exitCode).toBe(0);
    expect(one.document.steps.map((each) => each.step)).toEqual(["second"]);
    const wrong = await plan(folder, "--step", "made");
    expect(wrong.exitCode).toBe(2);
    expect(wrong.document.code).toBe("plan.no_such_step");
  });

  test("ends with status 1 when a step is refused or cannot be planned, and goes on with the others", async () => {
    const moods = ["refuse", "down", "odd", "hang"];
    const folder = acmeProject(
      QUERY + moods.map((mood) => acme(mood, `, mood: ${mood}`)).join("") + acme("good"),
    );
    const { exitCode, document } = await plan(folder, "--timeout", "300ms");
    expect(exitCode).toBe(1);
    expect(document.status).toBe("error");
    expect(document.steps.map(({ status, error }) => [status, error?.code])).toEqual([
      ["refused", undefined],
      ["failed", "acme.down"],
      ["failed", "driver.broken"],
      ["failed", "connection.timeout"],
      ["planned", undefined],
    ]);
    expect(document.steps[1]?.error?.message).toBe("no answer from ***");
    const text = await osirisWith({ SHOP: PASSWORD }, folder, "plan", "pipeline.yaml", "--step", "refuse");
    expect(text.exitCode).toBe(1);
    expect(text.stdout).toContain("  refused: it has triggers\n    help: Drop them.\n");
  });

  test("says what is missing here before it asks anybody", async () => {
    const folder = acmeProject(QUERY + acme("out"));
    const { exitCode, stdout } = await osiris(folder, "plan", "pipeline.yaml", "--json");
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ status: "error", message: expect.stringContaining("SHOP") });
  });

  test("has nothing to say of a pipeline without writers", async () => {
    const { exitCode, stdout } = await osiris(acmeProject(QUERY), "plan", "pipeline.yaml");
    expect([exitCode, stdout]).toEqual([0, "No step writes anything outside of the run.\n"]);
  });
});

describe("the plan of filesystem.csv_writer", () => {
  const csv = (config: string): string =>
    project({ "pipeline.yaml": pipeline(QUERY + step("copy", "filesystem.csv_writer", config)) });

  test("makes the file and its folder, or replaces it; and touches neither", async () => {
    const folder = csv("path: out/a.csv");
    const first = await plan(folder);
    expect(first.exitCode).toBe(0);
    expect(first.document.steps[0]?.changes).toEqual([
      {
        action: "create",
        kind: "folder",
        name: join(folder, "out"),
        message: "Makes the folder, which is missing.",
      },
      {
        action: "create",
        kind: "file",
        name: join(folder, "out/a.csv"),
        message: "Makes the file with the columns n, t.",
      },
    ]);
    expect(readdirSync(folder)).toEqual(["pipeline.yaml"]);

    await osiris(folder, "run", "pipeline.yaml");
    const second = await plan(folder);
    expect(second.document.steps[0]?.changes).toMatchObject([
      { action: "replace", name: join(folder, "out/a.csv") },
    ]);
  });

  test.each([
    ["a column that is not there", "path: a.csv, columns: [m]", 'columns names the column "m"'],
    ["a folder in its place", "path: taken", "is a folder"],
    ["a folder that is missing", "path: no/a.csv, create_dirs: false", "The folder of"],
    ["a file in the place of a folder", "path: file/a.csv", "does not exist"],
    ["a packing it does not have", "path: a.csv.xz", "promises another packing"],
  ])("is refused for %s, as the run is", async (_name, config, message) => {
    const folder = csv(config);
    mkdirSync(join(folder, "taken"));
    writeFileSync(join(folder, "file"), "");
    const { exitCode, document } = await plan(folder);
    expect(exitCode).toBe(1);
    expect(document.steps[0]).toMatchObject({ status: "refused", changes: [] });
    expect(document.steps[0]?.refused[0]?.message).toContain(message);
    expect((await osiris(folder, "run", "pipeline.yaml")).exitCode).toBe(1);
  });

  test.skipIf(process.getuid?.() === 0)(
    "is refused where the folder may not be written (needs a user who is not root)",
    async () => {
      const folder = csv("path: locked/a.csv");
      mkdirSync(join(folder, "locked"));
      chmodSync(join(folder, "locked"), 0o555);
      const { document } = await plan(folder);
      chmodSync(join(folder, "locked"), 0o755);
      expect(document.steps[0]?.refused[0]?.message).toContain("may not be accessed");
    },
  );
});

describe("the types that a driver maps", () => {
  const MAP = [
    { native: "decimal(p,s)", duckdb: "DECIMAL(p,s)", note: "Beyond 38 digits VARCHAR." },
    { native: "bit(n)", duckdb: "UBIGINT", only: "read" },
    { native: "bigint unsigned", duckdb: "UHUGEINT", only: "write" },
  ];
  const types = (map: unknown): string =>
    project({
      "package.json": projectManifest("osiris-driver-types"),
      ...driverPackage("osiris-driver-types", [
        {
          name: "types.reader",
          mode: "extract",
          inputs: "none",
          members: `typeMap: ${JSON.stringify(map)},`,
          run: "",
        },
        {
          name: "types.writer",
          mode: "write",
          inputs: "one",
          members: `typeMap: ${JSON.stringify(map)},`,
          run: "",
        },
        { name: "types.plain", mode: "write", inputs: "one", run: "" },
      ]),
    });

  test("are shown by components show, those of its modes", async () => {
    const folder = types(MAP);
    const read = await osiris(folder, "components", "show", "types.reader");
    expect(read.stdout).toContain(`Types:

type              DuckDB
------------  --  ------------
decimal(p,s)  ->  DECIMAL(p,s)
    Beyond 38 digits VARCHAR.
bit(n)        ->  UBIGINT
`);
    const write = await osiris(folder, "components", "show", "types.writer", "--json");
    expect(JSON.parse(write.stdout)).toMatchObject({ name: "types.writer", type_map: [MAP[0], MAP[2]] });
    const plain = await osiris(folder, "components", "show", "types.plain", "--json");
    expect(JSON.parse(plain.stdout)).not.toHaveProperty("type_map");
  });

  test("that are none are a warning for users and an error for the author", async () => {
    const folder = types([{ native: "bit" }]);
    const shown = await osiris(folder, "components", "show", "types.reader");
    expect(shown.exitCode).toBe(0);
    expect(shown.stdout).toContain("types.reader 0.3.0");
    expect(shown.stderr).toContain('its typeMap is wrong: "0" needs the key "duckdb"');
    const checked = await osiris(folder, "components", "validate", "types.reader");
    expect(checked.exitCode).not.toBe(0);
    expect(checked.stderr + checked.stdout).toContain("its typeMap is wrong");
  });
});
