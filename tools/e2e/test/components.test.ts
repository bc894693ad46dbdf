import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectManifest } from "../src/driver-package.ts";
import { ORDERS_DRIVER } from "../src/orders-driver.ts";
import { osiris } from "../src/osiris.ts";
import { pipeline, project, REPOSITORY } from "../src/project.ts";

const INSTALLED = {
  "package.json": projectManifest("osiris-driver-orders"),
  ...Object.fromEntries(
    Object.entries(ORDERS_DRIVER).map(([name, text]) => [`node_modules/osiris-driver-orders/${name}`, text]),
  ),
};

async function json(folder: string, ...args: readonly string[]): Promise<Record<string, unknown>> {
  const { stdout } = await osiris(folder, ...args, "--json");
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("components show", () => {
  test("tells an author of a pipeline all about a component", async () => {
    const { exitCode, stdout, stderr } = await osiris(
      project(INSTALLED),
      "components",
      "show",
      "orders.extractor",
    );
    expect(stderr).toBe("");
    expect(stdout).toBe(`orders.extractor 1.2.0
Orders of a shop

Reads the orders of a shop, the newest ones first, as far back as the shop keeps them, page by
page.

package     osiris-driver-orders@2.0.0
mode        read
inputs      none
hosts       url
connection  "@orders.<alias>" supplies url, token

Config:

field           type              default   secret  connection
--------------  ----------------  --------  ------  -------------------
url             string            required          override: forbidden
    The shop.
token           string            required  secret  override: allowed
    Its key.
since           string
    Format: date.
until           string
    Format: date.
headers         map of string
    Secret in it: X-Shop.
retry           object
retry.times     integer           required
    How often to ask again. At least 1.
retry.wait      number or string  1.5
    One of none.
columns         list of object
columns[].name  string
columns[].kind  string
    One of text, number.

Rules:

- since needs until.

Examples (osiris components config-example orders.extractor --example <n>):

1. All orders
2. A year, from a connection
`);
    expect(exitCode).toBe(0);
  });

  test("names the files and the SQL of a component", async () => {
    const folder = project({});
    const csv = await osiris(folder, "components", "show", "filesystem.csv_writer");
    expect(csv.stdout).toMatch(/^mode +write\ninputs +one table\nwrites files +path$/m);
    const sql = await osiris(folder, "components", "show", "duckdb.processor");
    expect(sql.stdout).toMatch(/^inputs +any number of tables\nsql +query$/m);
  });

  test("gives the whole spec as JSON", async () => {
    expect(await json(project(INSTALLED), "components", "show", "orders.extractor")).toMatchObject({
      name: "orders.extractor",
      version: "1.2.0",
      modes: ["extract"],
      configSchema: { required: ["url", "token"] },
      "x-runtime": { driver: "./lib/driver.js#orders" },
      package: "osiris-driver-orders",
      package_version: "2.0.0",
    });
  });
});

describe("a component that is not there", () => {
  const cases = [
    ["orders.extracter", {}, "components.not_found", /Did you mean "orders.extractor"\?/],
    ["nobody.knows", {}, "components.not_found", /osiris components list/],
    [
      "filesystem.csv_writer",
      { "osiris.yaml": "components: { deny: ['filesystem.*'] }\n" },
      "components.denied",
      /osiris\.yaml does not allow the component "filesystem.csv_writer"/,
    ],
  ] as const;
  test.each(cases)("%s", async (name, files, code, says) => {
    const folder = project({ ...INSTALLED, ...files });
    for (const command of ["show", "config-example"]) {
      const { exitCode, stderr } = await osiris(folder, "components", command, name);
      expect(stderr).toContain(`[${code}]`);
      expect(stderr).toMatch(says);
      expect(exitCode).toBe(2);
      expect(await json(folder, "components", command, name)).toMatchObject({ status: "error", code });
    }
  });
});

describe("components config-example", () => {
  test("prints a step that can be pasted", async () => {
    const folder = project(INSTALLED);
    const { exitCode, stdout } = await osiris(
      folder,
      "components",
      "config-example",
      "orders.extractor",
      "--example",
      "2",
    );
    expect(stdout).toBe(`  # A year, from a connection
  - id: orders-extractor
    component: orders.extractor
    mode: read
    config:
      connection: "@orders.main"
      since: 2026-01-01
      until: 2026-12-31
`);
    expect(exitCode).toBe(0);
    expect(await json(folder, "components", "config-example", "orders.extractor")).toEqual({
      title: "All orders",
      step: {
        id: "orders-extractor",
        component: "orders.extractor",
        mode: "read",
        config: { url: "https://shop.example", token: "${SHOP_TOKEN}" },
      },
    });
  });

  test.each(["3", "0", "x"])("--example %s is refused", async (number) => {
    const folder = project(INSTALLED);
    const args = ["components", "config-example", "orders.extractor", "--example", number];
    const { exitCode, stderr } = await osiris(folder, ...args);
    expect(stderr).toMatch(number === "3" ? /has 2 examples, and no number 3/ : /whole number from 1 up/);
    expect(stderr).toContain("[cli.usage]");
    expect(exitCode).toBe(2);
  });

  test("every example of every component makes a step in which nothing is wrong", async () => {
    const before =
      "  - { id: before, component: filesystem.csv_extractor, mode: read, config: { path: a.csv } }\n";
    const catalog = project(INSTALLED);
    const { components } = await json(catalog, "components", "list");
    let tried = 0;
    for (const { name } of components as readonly { name: string }[]) {
      const { examples, inputs } = await json(catalog, "components", "show", name);
      for (const index of (examples as readonly unknown[]).keys()) {
        const example = ["components", "config-example", name, "--example", String(index + 1)];
        const { stdout } = await osiris(catalog, ...example);
        const text = pipeline((inputs === "none" ? "" : before) + stdout);
        const folder = project({ ...INSTALLED, "pipeline.yaml": text });
        const { findings } = await json(folder, "validate", "pipeline.yaml");
        const codes = (findings as readonly { code: string }[]).map(({ code }) => code);
        expect(codes.filter((code) => !code.startsWith("connection."))).toEqual([]);
        tried += 1;
      }
    }
    expect(tried).toBeGreaterThanOrEqual(5);
  });
});

type FileName = keyof typeof ORDERS_DRIVER;
type Change = readonly [file: FileName, from: string, to: string];

/** The good package with some of its texts replaced. */
function ordersDriver(changes: readonly Change[]): Record<string, string> {
  const files: Record<string, string> = { ...ORDERS_DRIVER };
  for (const [file, from, to] of changes) {
    if (!files[file]?.includes(from)) throw new Error(`${file} does not hold ${from}`);
    files[file] = files[file].replace(from, to);
  }
  return files;
}

describe("components validate", () => {
  interface Mistake {
    readonly changes: readonly Change[];
    /** `file:line:column code`, all of them. */
    readonly findings: readonly string[];
    readonly says: RegExp;
  }
  const DRIVER = "./lib/driver.js#orders";
  const EXAMPLE = 'url: "https://shop.example", token: "${SHOP_TOKEN}"';

  const cases: Readonly<Record<string, Mistake>> = {
    "a pointer to no field": {
      changes: [["spec.yaml", "hosts: [/url]", "hosts: [/ulr]"]],
      findings: ["spec.yaml:7:9 spec.bad_pointer"],
      says: /"ulr" is not a property.*\n +7 \| hosts: \[\/ulr\]\n +\| {9}\^\n.*Did you mean "url"/,
    },
    "a schema that is none": {
      changes: [["spec.yaml", "times: { type: integer", "times: { type: intger"]],
      findings: ["spec.yaml:16:1 spec.bad_schema"],
      says: /configSchema is no JSON Schema/,
    },
    "an example that does not match": {
      changes: [["spec.yaml", EXAMPLE, `${EXAMPLE}, sinse: 2026-01-01, retry: { times: 0 }`]],
      findings: ["spec.yaml:37:68 spec.bad_example", "spec.yaml:37:103 spec.bad_example"],
      says: /Example "All orders": its config has no key "sinse".*Did you mean "since"/s,
    },
    "an example that breaks a rule": {
      changes: [["spec.yaml", EXAMPLE, `${EXAMPLE}, since: 2026-01-01`]],
      findings: ["spec.yaml:37:13 spec.bad_example"],
      says: /Example "All orders": since needs until\./,
    },
    "an example that the driver refuses": {
      changes: [["spec.yaml", "until: 2026-12-31", "until: 2025-12-31"]],
      findings: ["spec.yaml:41:14 spec.bad_example"],
      says: /the driver refuses it: since is after until.*Swap them\./s,
    },
    "an example with a secret": {
      changes: [["spec.yaml", "${SHOP_TOKEN}", "hunter2"]],
      findings: ["spec.yaml:37:51 secret.literal"],
      says: /37 \| {5}config: \{ url: "https:\/\/shop\.example", token: \*\*\*/,
    },
    "a secret that is not declared": {
      changes: [["spec.yaml", "secrets: [/token, /headers/X-Shop]", "secrets: [/headers]"]],
      findings: ["spec.yaml:22:5 spec.undeclared_secret"],
      says: /warning: "token" has the name of a secret/,
    },
    "no driver file": {
      changes: [["spec.yaml", DRIVER, "./lib/drivers.js#orders"]],
      findings: ["spec.yaml:44:11 spec.bad_driver"],
      says: /There is no file lib\/drivers\.js.*Build the package/s,
    },
    "no such export": {
      changes: [["spec.yaml", DRIVER, "./lib/driver.js#order"]],
      findings: ["spec.yaml:44:11 spec.bad_driver"],
      says: /has no export "order".*Did you mean "orders"/s,
    },
    "a driver outside the package": {
      changes: [["spec.yaml", DRIVER, "./../driver.js#orders"]],
      findings: ["spec.yaml:44:11 spec.bad_driver"],
      says: /lies outside the package/,
    },
    "a driver without run": {
      changes: [["lib/driver.js", "async run()", "async walk()"]],
      findings: ["spec.yaml:44:11 spec.bad_driver"],
      says: /"orders" in lib\/driver\.js is not a driver.*run function/s,
    },
    "a driver whose columns are no function": {
      changes: [["lib/driver.js", "columns({ columns }) {", "columns: [], other({ columns }) {"]],
      findings: ["spec.yaml:44:11 spec.bad_driver"],
      says: /columns must be a function/,
    },
    "a driver whose check and discover are no functions": {
      changes: [["lib/driver.js", "async run()", "check: true, discover: {}, async run()"]],
      findings: ["spec.yaml:44:11 spec.bad_driver"],
      says: /check and discover must be a function/,
    },
    "a driver that throws while it is loaded": {
      changes: [
        ["lib/driver.js", "export const", "\nif (true) throw new Error('no licence');\nexport const"],
      ],
      findings: ["spec.yaml:44:11 spec.bad_driver"],
      says: /lib\/driver\.js cannot be loaded: no licence.*thrown at lib\/driver\.js:2:17/s,
    },
    "a driver that is not JavaScript": {
      changes: [["lib/driver.js", "export const", "export konst"]],
      findings: ["spec.yaml:44:11 spec.bad_driver"],
      says: /lib\/driver\.js cannot be loaded: Unexpected/,
    },
    "a driver whose validate throws": {
      changes: [["lib/driver.js", 'typeof url !== "string"', "true"]],
      findings: ["spec.yaml:44:11 spec.bad_driver", "spec.yaml:44:11 spec.bad_driver"],
      says: /validate\(\) fails for the example "All orders": the url is missing.*lib\/driver\.js:6/s,
    },
    "a driver whose columns have no type of DuckDB's": {
      changes: [["lib/driver.js", '"BIGINT"', '"LONG_INT"']],
      findings: ["spec.yaml:44:11 spec.bad_driver", "spec.yaml:44:11 spec.bad_driver"],
      says: /columns\(\) fails for the example "All orders": the column "id" has the unknown type LONG_INT/,
    },
    "a spec outside the package": {
      changes: [["package.json", '"./spec.yaml"', '"./spec.yaml", "../other.yaml"']],
      findings: ["package.json:8:35 package.spec_file"],
      says: /\.\.\/other\.yaml: it lies outside the package/,
    },
    "a spec that is not there": {
      changes: [["package.json", '"./spec.yaml"]', '"./spec.yml"]']],
      findings: ["package.json:8:20 package.spec_file"],
      says: /\.\/spec\.yml: it cannot be read/,
    },
    "another contract": {
      changes: [["package.json", '"contract": 1', '"contract": 2']],
      findings: ["package.json:7:17 package.contract"],
      says: /made for driver contract 2, this Osiris has 1/,
    },
    "broken YAML": {
      changes: [["spec.yaml", "modes: [extract]", "modes: [extract\n"]],
      findings: ["spec.yaml:7:1 yaml.syntax"],
      says: /spec\.yaml:7:1: error/,
    },
    "a key that specs do not have": {
      changes: [["spec.yaml", "inputs: none", "input: none"]],
      findings: ["spec.yaml:6:1 file.unknown_key"],
      says: /The spec has no key "input".*Did you mean "inputs"/s,
    },
    "a comma too many in package.json": {
      changes: [["package.json", '"lib"]', '"lib",]']],
      findings: ["package.json:5:32 package.syntax"],
      says: /package\.json is not JSON: Unexpected token ']' \[package/,
    },
    "a comment in package.json": {
      changes: [["package.json", '"type": "module",', '"type": "module", // ESM']],
      findings: ["package.json:4:21 package.syntax"],
      says: /package\.json is not JSON: Expected double-quoted property name \[package/,
    },
    "a bare word in package.json": {
      changes: [["package.json", '"module"', "module"]],
      findings: ["package.json:4:11 package.syntax"],
      says: /package\.json is not JSON: Unexpected token 'm' \[package/,
    },
    "a package.json without what it needs": {
      changes: [
        ["package.json", '"name": "osiris-driver-orders",', ""],
        ["package.json", '"2.0.0"', '"two"'],
        ["package.json", '"components"', '"component"'],
      ],
      findings: [
        "package.json:1:1 file.missing_key",
        "package.json:3:14 file.wrong_value",
        "package.json:8:5 file.unknown_key",
      ],
      says: /needs the key "name".*"osiris" has no key "component".*Did you mean "components"/s,
    },
    "a package.json that works and should have more": {
      changes: [
        ["package.json", '"module"', '"commonjs"'],
        ["package.json", "peerDependencies", "devDependencies"],
        ["package.json", '["spec.yaml", "lib"]', '["*.yaml", "lib/**/*.cjs"]'],
        ["package.json", "},\n", '},\n  "main": "lib/driver.cjs",\n'],
        ["spec.yaml", DRIVER, "./lib/driver.cjs#orders"],
      ],
      findings: [
        "package.json:1:1 package.convention",
        "package.json:4:11 package.convention",
        "spec.yaml:44:11 spec.bad_driver",
      ],
      says: /"type" is not "module"/,
    },
    "a copy of @osiris/core": {
      changes: [["package.json", "peerDependencies", "dependencies"]],
      findings: ["package.json:10:21 package.core_copy"],
      says: /second copy of it/,
    },
    "files that leave something out": {
      changes: [["package.json", '["spec.yaml", "lib"]', '["dist", "lib", "!lib/*.js"]']],
      findings: ["package.json:5:3 package.unpublished", "package.json:5:3 package.unpublished"],
      says: /leaves out \.\/spec\.yaml, a spec.*leaves out \.\/lib\/driver\.js, the driver of orders\.extractor/s,
    },
    "mistakes in every file at once": {
      changes: [
        ["package.json", '"contract": 1', '"contract": 0'],
        ["spec.yaml", "hosts: [/url]", "hosts: [/ulr]"],
        ["spec.yaml", "until: 2026-12-31", "until: 2025-12-31"],
      ],
      findings: [
        "package.json:7:17 package.contract",
        "spec.yaml:7:9 spec.bad_pointer",
        "spec.yaml:41:14 spec.bad_example",
      ],
      says: /^3 mistakes$/m,
    },
  };

  test.each(Object.entries(cases))("%s", async (_name, { changes, findings, says }) => {
    const folder = project(ordersDriver(changes));
    // With --json people are told the same on stderr.
    const { exitCode, stdout, stderr } = await osiris(folder, "components", "validate", "--json");
    const document = JSON.parse(stdout) as Record<string, unknown>;
    const found = document["findings"] as readonly Record<string, unknown>[];
    expect(
      found.map(({ file, line, column, code }) => `${[file, line, column].join(":")} ${String(code)}`),
    ).toEqual(findings);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at .*:\d+/);
    const errors = found.filter(({ severity }) => severity === "error").length;
    expect(exitCode).toBe(errors === 0 ? 0 : 2);
    expect(document["status"]).toBe(errors === 0 ? "ok" : "error");
    expect(stderr).toMatch([/warning/, /^1 mistake$/m][errors] ?? /^\d+ mistakes$/m);
  });

  test("two specs of one name", async () => {
    const folder = project({
      ...ordersDriver([["package.json", '"./spec.yaml"]', '"./spec.yaml", "./lib/again.yaml"]']]),
      "lib/again.yaml": ORDERS_DRIVER["spec.yaml"],
    });
    const { findings } = await json(folder, "components", "validate");
    expect(findings).toMatchObject([
      { code: "spec.duplicate_name", file: "lib/again.yaml", line: 1, column: 7 },
    ]);
  });

  test("a good one, by its folder, its name and its component's name", async () => {
    const folder = project(INSTALLED);
    for (const target of ["node_modules/osiris-driver-orders", "osiris-driver-orders", "orders.extractor"]) {
      const { exitCode, stdout, stderr } = await osiris(folder, "components", "validate", target);
      expect(stdout).toBe("osiris-driver-orders 2.0.0: ok, 1 component\n");
      expect(stderr).toBe("");
      expect(exitCode).toBe(0);
    }
    expect(await json(folder, "components", "validate", "osiris-driver-orders")).toEqual({
      status: "ok",
      package: "osiris-driver-orders",
      package_version: "2.0.0",
      components: [{ name: "orders.extractor", version: "1.2.0", spec: "./spec.yaml" }],
      findings: [],
    });
  });

  test("one with a warning is good", async () => {
    const folder = project(ordersDriver([["package.json", '"type": "module",', ""]]));
    const { exitCode, stdout, stderr } = await osiris(folder, "components", "validate");
    expect(stdout).toBe("osiris-driver-orders 2.0.0: ok, 1 component, 1 warning\n");
    expect(stderr).toContain("warning: ");
    expect(exitCode).toBe(0);
  });

  test("the one in the guide is good, and the mistake in the guide is found", async () => {
    const guide = readFileSync(join(REPOSITORY, "docs/drivers.md"), "utf8");
    const files = Object.fromEntries(
      Array.from(guide.matchAll(/^`([\w.]+)`:\n\n```\w+\n(.*?)^```$/gms), ([, name = "", text = ""]) => [
        name,
        text,
      ]),
    );
    const good = await osiris(project(files), "components", "validate");
    expect(good.stdout).toBe("osiris-driver-countdown 1.0.0: ok, 1 component\n");
    expect(good.stderr).toBe("");
    const wrong = { ...files, "spec.yaml": files["spec.yaml"]?.replace("from: 10", "from: ten") ?? "" };
    const bad = await osiris(project(wrong), "components", "validate");
    expect(guide).toContain(bad.stderr.split("\n\n")[0]);
    expect(bad.exitCode).toBe(2);
  });

  test("our own are good", async () => {
    for (const name of ["csv", "duckdb"]) {
      const document = await json(REPOSITORY, "components", "validate", `components/${name}`);
      expect(document).toMatchObject({ status: "ok", package: `@osiris/driver-${name}`, findings: [] });
    }
  });

  test.each([
    [".", /There is no package\.json in/],
    ["./none", /There is no folder/],
    ["osiris.yaml", /osiris\.yaml is no folder/],
    ["duckdb.procesor", /Did you mean "duckdb\.processor"/],
    ["filesystem.csv_writer", /osiris\.yaml does not allow.*Name its package/s],
  ])("the target %s", async (target, says) => {
    const folder = project({ "osiris.yaml": "components: { deny: ['filesystem.*'] }\n" });
    const { exitCode, stdout, stderr } = await osiris(folder, "components", "validate", target, "--json");
    expect(stderr).toMatch(says);
    expect(JSON.parse(stdout)).toMatchObject({ status: "error", category: "usage" });
    expect(exitCode).toBe(2);
  });

  test.each([
    ["ends the process", "process.exit(0);", /A driver has called process\.exit\(\)/],
    [
      "throws where nobody awaits",
      "queueMicrotask(() => { throw new Error('late'); });",
      /nobody awaits it: late/,
    ],
  ])("a driver that %s is no good one", async (_name, code, says) => {
    const folder = project(ordersDriver([["lib/driver.js", "export const", `${code}\nexport const`]]));
    const { exitCode, stdout, stderr } = await osiris(folder, "components", "validate", "--json");
    expect(stderr).toMatch(says);
    expect(JSON.parse(stdout)).toMatchObject({ status: "error", code: "driver.ended_process" });
    expect(exitCode).toBe(2);
  });

  test("a driver that prints and keeps a timer disturbs nothing", async () => {
    const code = "setInterval(() => undefined, 1000);\nconsole.log('hello');\nexport const";
    const folder = project(ordersDriver([["lib/driver.js", "export const", code]]));
    const { exitCode, stdout, stderr } = await osiris(folder, "components", "validate", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ status: "ok" });
    expect(stderr).toContain("hello");
    expect(exitCode).toBe(0);
  });
});
