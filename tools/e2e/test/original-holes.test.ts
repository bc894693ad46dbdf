import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

/*
 * What the first Osiris let through when it compiled and ran a pipeline. Each must end before anything runs: exit
 * status 2, the code of the mistake, and no run folder.
 */

const READ =
  "  - { id: people, component: filesystem.csv_extractor, mode: read, config: { path: people.csv } }\n";
const WRITE =
  "  - { id: report, component: filesystem.csv_writer, mode: write, needs: [people], config: { path: report.csv } }\n";
const API_CONFIG =
  "{ endpoint: https://api.test/graphql, auth_token: '${TOKEN}', headers: { Accept: text/csv } }";
const api = (config = API_CONFIG): string =>
  `  - { id: api, component: api.extractor, mode: read, config: ${config} }\n`;

const API_SPEC = {
  secrets: ["/auth_token", "/headers"],
  hosts: ["/endpoint"],
  "x-connection-fields": ["endpoint", { name: "auth_token", override: "forbidden" }],
  configSchema: {
    type: "object",
    additionalProperties: false,
    required: ["endpoint"],
    properties: {
      endpoint: { type: "string" },
      auth_token: { type: "string" },
      headers: { type: "object", additionalProperties: { type: "string" } },
      query: { type: "string" },
      dsn: { type: "string" },
      timeout: { type: "integer", minimum: 5, maximum: 300 },
      mode: { enum: ["fast", "safe"] },
    },
  },
  examples: [{ title: "Plain", config: { endpoint: "https://api.test" } }],
};

interface Hole {
  readonly oml: string;
  readonly code: string;
  readonly args?: readonly string[];
}

const param = (declaration: string): string => pipeline(READ, `params: { n: ${declaration} }\n`);
const header = pipeline(READ).replace("name: test\n", "");

const HOLES: Readonly<Record<string, Hole>> = {
  "11 no name": { oml: header, code: "oml.missing_key" },
  "11 a duplicate id": { oml: pipeline(READ + READ), code: "step.duplicate_id" },
  "11 a mode that the component does not have": {
    oml: pipeline(READ.replace("mode: read", "mode: write")),
    code: "step.wrong_mode",
  },
  "11 an unknown dependency": {
    oml: pipeline(READ + WRITE.replace("needs: [people]", "needs: [peple]")),
    code: "step.unknown_need",
  },
  "11 a missing config": {
    oml: pipeline(READ.replace(", config: { path: people.csv }", "")),
    code: "config.missing_key",
  },
  "11 a forbidden override": {
    oml: pipeline(api("{ connection: '@api.main', auth_token: '${OTHER}' }")),
    code: "connection.override_forbidden",
  },
  "12 a value of the wrong type": {
    oml: pipeline(api(API_CONFIG.replace(" }", "}").replace("{ endpoint", "{ timeout: soon, endpoint"))),
    code: "config.wrong_type",
  },
  "12 a value out of range": {
    oml: pipeline(api(API_CONFIG.replace("{ endpoint", "{ timeout: 1, endpoint"))),
    code: "config.wrong_value",
  },
  "12 a value that is no choice": {
    oml: pipeline(api(API_CONFIG.replace("{ endpoint", "{ mode: fats, endpoint"))),
    code: "config.wrong_value",
  },
  "12 an undeclared setting": {
    oml: pipeline(READ.replace("path: people.csv", "path: people.csv, batch_size: 100")),
    code: "config.unknown_key",
  },
  "13 a cycle": {
    oml: pipeline(
      READ.replace("mode: read", "mode: read, needs: [other]") +
        READ.replace("people", "other").replace("mode: read", "mode: read, needs: [people]"),
    ),
    code: "step.cycle",
  },
  "13 a forward reference": {
    oml: pipeline(WRITE + READ.replace("mode: read", "mode: read, needs: []")),
    code: "step.forward_need",
  },
  "14 an id that leads out of the folder": {
    oml: pipeline(READ.replace("id: people", "id: ../../people")),
    code: "step.bad_id",
  },
  "14 an id that is SQL": {
    oml: pipeline(READ.replace("id: people", "id: 'x; DROP TABLE y'")),
    code: "step.bad_id",
  },
  "15 an unknown component": {
    oml: pipeline(READ.replace("csv_extractor", "csv_reader")),
    code: "step.unknown_component",
  },
  "16 a parameter of the wrong type": {
    oml: param("{ type: integer, max: 3, default: 1 }"),
    args: ["--param", "n=notanumber"],
    code: "params.wrong_type",
  },
  "16 a parameter out of range": {
    oml: param("{ type: integer, max: 3, default: 1 }"),
    args: ["--param", "n=99"],
    code: "params.out_of_range",
  },
  "16 a parameter that is no choice": {
    oml: param("{ type: string, enum: [a, b], default: a }"),
    args: ["--param", "n=c"],
    code: "params.not_allowed",
  },
  "16 a parameter that nobody declares": {
    oml: pipeline(READ.replace("people.csv", "'${params.nowhere}.csv'")),
    code: "params.unresolved",
  },
  "17 a profile that nobody declares": {
    oml: pipeline(READ, "profiles: { dev: { params: {} } }\n"),
    args: ["--profile", "prod"],
    code: "profile.unknown",
  },
  "20 a password in a secret field": {
    oml: pipeline(api(API_CONFIG.replace("'${TOKEN}'", "hunter22"))),
    code: "secret.literal",
  },
  "20 one of four characters": {
    oml: pipeline(api(API_CONFIG.replace("'${TOKEN}'", "abcd"))),
    code: "secret.literal",
  },
  "20 a header": {
    oml: pipeline(api(API_CONFIG.replace("Accept: text/csv", "Authorization: Bearer abcd"))),
    code: "secret.literal",
  },
  "20 a header of a name of its own": {
    oml: pipeline(api(API_CONFIG.replace("Accept: text/csv", "X-Shop: abcd"))),
    code: "secret.literal",
  },
  "20 a URL with a password": {
    oml: pipeline(api(API_CONFIG.replace("https://", "https://bob:abcd@"))),
    code: "secret.url",
  },
  "20 a URL with a key": {
    oml: pipeline(api(API_CONFIG.replace("/graphql", "/graphql?api_key=abcd"))),
    code: "secret.url",
  },
  "20 a DSN": {
    oml: pipeline(api(API_CONFIG.replace("{ endpoint", "{ dsn: 'Server=db;Uid=bob;Pwd=abcd', endpoint"))),
    code: "secret.dsn",
  },
  "20 a DSN in a field that is not called so": {
    oml: pipeline(READ.replace("people.csv", "'host=db user=bob password=abcd'")),
    code: "secret.dsn",
  },
  "20 SQL with a password": {
    oml: pipeline(
      api(API_CONFIG.replace("{ endpoint", "{ query: \"CREATE USER bob IDENTIFIED BY 'abcd'\", endpoint")),
    ),
    code: "secret.sql",
  },
  "20 a parameter's default": {
    oml: pipeline(READ, "params: { api_token: abcd }\n"),
    code: "secret.literal",
  },
  "20 a profile's value": {
    oml: pipeline(
      READ,
      "params: { api_token: '${T}' }\nprofiles: { dev: { params: { api_token: abcd } } }\n",
    ),
    code: "secret.literal",
  },
  "20 metadata": { oml: pipeline(READ, "metadata: { db: { password: abcd } }\n"), code: "secret.literal" },
  "20 a fallback of an environment variable": {
    oml: pipeline(api(API_CONFIG.replace("'${TOKEN}'", "'${TOKEN:-abcd}'"))),
    code: "secret.literal",
  },
  "22 a connection of another family": {
    oml: pipeline(api("{ connection: '@mysql.main' }")),
    code: "connection.wrong_family",
  },
};

const PROJECT = {
  "package.json": projectManifest("osiris-driver-api"),
  ...driverPackage("osiris-driver-api", [
    { name: "api.extractor", mode: "extract", inputs: "none", run: "", spec: API_SPEC },
  ]),
  "people.csv": "id\n1\n",
  "osiris_connections.yaml":
    "connections:\n  api: { main: { endpoint: https://api.test, auth_token: '${TOKEN}' } }\n  mysql: { main: {} }\n",
};

describe("the first Osiris compiled and ran it", () => {
  test.each(Object.entries(HOLES))("%s", async (_name, { oml, args = [], code }) => {
    const folder = project({ ...PROJECT, "pipeline.yaml": oml });
    const { exitCode, stdout, stderr } = await osiris(folder, "run", "pipeline.yaml", ...args, "--json");
    const { findings } = JSON.parse(stdout) as { findings: { code: string }[] };
    expect(findings.map((finding) => finding.code)).toContain(code);
    expect(exitCode).toBe(2);
    expect(existsSync(join(folder, ".osiris_sessions"))).toBe(false);
    expect(existsSync(join(folder, "report.csv"))).toBe(false);
    // The secrets of this page: neither in a message nor in a line that is shown.
    expect(stdout + stderr).not.toMatch(/abcd|hunter22/);
  });

  test("14 an id that leads out of the folder writes nothing anywhere", async () => {
    const folder = project({
      ...PROJECT,
      "pipeline.yaml": HOLES["14 an id that leads out of the folder"]?.oml ?? "",
    });
    const before = readdirSync(folder, { recursive: true });
    const { exitCode } = await osiris(folder, "compile", "pipeline.yaml", "--out", "build");
    expect(exitCode).toBe(2);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });

  test("16 a parameter keeps its type where it is the whole value", async () => {
    const oml = pipeline(
      api(API_CONFIG.replace("{ endpoint", "{ timeout: '${params.n}', endpoint")),
      "params: { n: 30 }\n",
    );
    const folder = project({ ...PROJECT, "pipeline.yaml": oml });
    const { exitCode } = await osiris(folder, "compile", "pipeline.yaml", "--out", "build");
    expect(exitCode).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, "build/cfg/api.json"), "utf8"))).toMatchObject({
      timeout: 30,
    });
  });

  test("18 two compiles are the same bytes; 19 a changed default in a spec is another fingerprint", async () => {
    const folder = project({ ...PROJECT, "pipeline.yaml": pipeline(api()) });
    const compiled = async (out: string): Promise<string> => {
      expect((await osiris(folder, "compile", "pipeline.yaml", "--out", out)).exitCode).toBe(0);
      return readFileSync(join(folder, out, "manifest.yaml"), "utf8");
    };
    const first = await compiled("one");
    expect(await compiled("two")).toBe(first);
    const spec = join(folder, "node_modules/osiris-driver-api/0.yaml");
    writeFileSync(spec, readFileSync(spec, "utf8").replace('"maximum":300', '"maximum":300,"default":30'));
    const second = await compiled("three");
    const fingerprint = /components: sha256:\w+/;
    expect(fingerprint.exec(second)?.[0]).not.toBe(fingerprint.exec(first)?.[0]);
  });

  test("20 headers that an author gives are kept", async () => {
    const folder = project({ ...PROJECT, "pipeline.yaml": pipeline(api()) });
    await osiris(folder, "compile", "pipeline.yaml", "--out", "build");
    const config: unknown = JSON.parse(readFileSync(join(folder, "build/cfg/api.json"), "utf8"));
    expect(config).toMatchObject({ headers: { Accept: "text/csv" }, auth_token: "${TOKEN}" });
  });

  test("23 a driver that no step uses is not loaded", async () => {
    const bomb = driverPackage(
      "osiris-driver-bomb",
      [{ name: "bomb.one", mode: "extract", inputs: "none", run: "" }],
      { head: "process.exit(77);" },
    );
    const files = {
      ...PROJECT,
      ...bomb,
      "package.json": projectManifest("osiris-driver-api", "osiris-driver-bomb"),
    };
    const folder = project({ ...files, "pipeline.yaml": pipeline(api()) });
    expect((await osiris(folder, "compile", "pipeline.yaml")).exitCode).toBe(0);
  });
});
