import { describe, expect, test } from "vitest";
import {
  compile,
  FINDING_CODES,
  readSpec,
  reviewSpec,
  type Finding,
  type FindingCode,
} from "../src/index.ts";
import { components } from "./components.ts";

const SOURCE = "  - { id: one, component: test.source, mode: read }\n";
const TABLE =
  "  - { id: t, component: test.table, mode: read, config: { columns: { id: BIGINT, name: VARCHAR } } }\n";
const pipeline = (steps: string, head = ""): string =>
  `oml_version: "0.1.0"\nname: p\n${head}steps:\n${steps}`;
const sql = (query: string, more = ""): string =>
  `${TABLE}  - { id: q, component: test.sql, mode: transform${more}, config: { query: ${JSON.stringify(query)} } }\n`;
const db = (config: string, id = "one"): string =>
  `  - { id: ${id}, component: db.extractor, mode: read, config: { ${config} } }\n`;

interface Case {
  readonly oml: string;
  readonly connections?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly profile?: string;
  /** The text that the finding points at. */
  readonly at: string;
}

const CONNECTIONS = "connections:\n  db:\n    main: { host: db1, password: '${DB_PASSWORD}' }\n";
const sink = (id: string, path: string, needs = "[one]"): string =>
  `  - { id: ${id}, component: test.sink, mode: write, needs: ${needs}, config: { path: ${path} } }\n`;

/** One pipeline a code, and where it must be found. */
const CASES: Partial<Record<FindingCode, Case>> = {
  "yaml.syntax": { oml: "name: p\n---\nname: q\n", at: "---" },
  "yaml.duplicate_key": { oml: pipeline(SOURCE, "name: q\n"), at: "name: q" },
  "yaml.too_deep": { oml: `a: ${"[".repeat(20_000)}`, at: "[" },
  "yaml.too_large": { oml: "#".repeat(8_000_001), at: "###" },
  "yaml.unsafe_integer": {
    oml: pipeline(SOURCE, "metadata: { a: 12345678901234567890 }\n"),
    at: "12345",
  },
  "yaml.not_finite": { oml: pipeline(SOURCE, "metadata: { a: .inf }\n"), at: ".inf" },
  "yaml.tag": { oml: pipeline(SOURCE, "metadata: { a: !thing 5 }\n"), at: "!thing" },
  "yaml.aliases": { oml: "name: *nothing\n", at: "*nothing" },

  "oml.unknown_key": { oml: pipeline(SOURCE, "tasks: []\n"), at: "tasks" },
  "oml.missing_key": {
    oml: 'oml_version: "0.1.0"\nsteps:\n  - { id: a, component: test.source, mode: read }\n',
    at: "oml_version",
  },
  "oml.wrong_value": {
    oml: pipeline("  - { id: a, component: test.source, mode: extract }\n"),
    at: "extract }",
  },
  "oml.wrong_type": { oml: pipeline("  - 5\n"), at: "5" },
  "oml.alias": { oml: pipeline("  - { id: a, uses: test.source, mode: read }\n"), at: "uses" },
  "oml.both_names": {
    oml: pipeline("  - { id: a, component: test.source, uses: test.source, mode: read }\n"),
    at: "uses",
  },

  "file.unknown_key": {
    oml: pipeline(db("connection: '@db.main'")),
    connections: `version: 1\n${CONNECTIONS}`,
    at: "version: 1",
  },
  "file.missing_key": {
    oml: pipeline(db("connection: '@db.main'")),
    connections: "{}\n",
    at: "{}",
  },
  "file.wrong_value": {
    oml: pipeline(db("connection: '@db.main'")),
    connections: `${CONNECTIONS}    "a b": {}\n`,
    at: "main:",
  },
  "file.wrong_type": {
    oml: pipeline(db("connection: '@db.main'")),
    connections: "connections: { db: { main: 5 } }\n",
    at: "5 }",
  },

  "params.unknown": { oml: pipeline(SOURCE, "params: { a: 1 }\n"), params: { b: "1" }, at: "params:" },
  "params.missing": { oml: pipeline(SOURCE, "params: { a: { type: string } }\n"), at: "a: {" },
  "params.wrong_type": { oml: pipeline(SOURCE, "params: { a: 1 }\n"), params: { a: "x" }, at: "a: 1" },
  "params.not_allowed": {
    oml: pipeline(SOURCE, "params: { a: { type: string, enum: [x], default: y } }\n"),
    at: "y }",
  },
  "params.out_of_range": {
    oml: pipeline(SOURCE, "params: { a: { type: integer, max: 3, default: 99 } }\n"),
    at: "99",
  },
  "params.bad_declaration": {
    oml: pipeline(SOURCE, "params: { a: { type: integer, min: 3, max: 1, default: 2 } }\n"),
    at: "3, max",
  },
  "params.unresolved": { oml: pipeline(SOURCE + sink("out", '"${params.x}.csv"')), at: "${params.x}" },
  "profile.unknown": {
    oml: pipeline(SOURCE, "profiles: { dev: {} }\n"),
    profile: "prod",
    at: "profiles",
  },
  "reference.unknown": { oml: pipeline(SOURCE + sink("out", '"x${home}.csv"')), at: "${home}" },
  "reference.not_here": { oml: pipeline(sql("SELECT '${DAY}' AS d")), at: "${DAY}" },

  "step.bad_id": { oml: pipeline(SOURCE.replace("one", "../one")), at: "../one" },
  "step.duplicate_id": { oml: pipeline(SOURCE + SOURCE), at: "one, component" },
  "step.unknown_component": { oml: pipeline(SOURCE.replace("source", "sauce")), at: "test.sauce" },
  "step.denied_component": { oml: pipeline(SOURCE.replace("source", "denied")), at: "test.denied" },
  "step.wrong_mode": { oml: pipeline(SOURCE.replace("mode: read", "mode: write")), at: "write" },
  "step.driver_broken": { oml: pipeline(SOURCE.replace("source", "broken")), at: "test.broken" },
  "step.unknown_need": { oml: pipeline(SOURCE + sink("out", "x", "[none]")), at: "none]" },
  "step.forward_need": {
    oml: pipeline(`  - { id: a, component: test.source, mode: read, needs: [one] }\n${SOURCE}`),
    at: "one]",
  },
  "step.cycle": {
    oml: pipeline(
      "  - { id: a, component: test.source, mode: read, needs: [b] }\n  - { id: b, component: test.source, mode: read, needs: [a] }\n",
    ),
    at: "a] }",
  },
  "step.no_input": { oml: pipeline(sink("out", "x", "[]")), at: "out," },
  "step.many_inputs": {
    oml: pipeline(SOURCE + SOURCE.replace("one", "two") + sink("out", "x", "[one, two]")),
    at: "out,",
  },
  "step.unknown_input": {
    oml: pipeline(SOURCE + sink("out", "x").replace("config", "input: two, config")),
    at: "two, config",
  },
  "step.same_file": { oml: pipeline(SOURCE + sink("a", "x") + sink("b", "./x")), at: "./x" },
  "step.reads_own_output": {
    oml: pipeline(
      `  - { id: all, component: test.table, mode: read, config: { path: "out/*.csv" } }\n${sink("last", "out/last.csv", "[all]")}`,
    ),
    at: '"out/*.csv"',
  },

  "config.unknown_key": { oml: pipeline(SOURCE + sink("out", "x, sise: 5")), at: "sise" },
  "config.missing_key": {
    oml: pipeline(db("connection: '@db.main'")),
    connections: "connections: { db: { main: { host: h } } }\n",
    at: "{ connection",
  },
  "config.wrong_value": {
    oml: pipeline(db("connection: '@db.main', mode: fats")),
    connections: CONNECTIONS,
    at: "fats",
  },
  "config.wrong_type": { oml: pipeline(SOURCE + sink("out", "x, size: big")), at: "big" },
  "config.constraint": {
    oml: pipeline(db("connection: '@db.main', table: t, query: SELECT 1")),
    connections: CONNECTIONS,
    at: "config:",
  },
  "config.unreadable_file": {
    oml: pipeline("  - { id: t, component: file.typed, mode: read, config: { types: none.txt } }\n"),
    at: "none.txt",
  },
  "config.refused": {
    oml: pipeline("  - { id: t, component: test.table, mode: read, config: { columns: { bad: INT } } }\n"),
    at: "INT",
  },

  "connection.not_taken": {
    oml: pipeline(SOURCE.replace(" }", ", config: { connection: '@db.main' } }")),
    at: "connection:",
  },
  "connection.bad_reference": { oml: pipeline(db("connection: main")), at: "main }" },
  "connection.wrong_family": {
    oml: pipeline(db("connection: '@mysql.main'")),
    connections: `${CONNECTIONS}  mysql: { main: {} }\n`,
    at: "'@mysql.main'",
  },
  "connection.unknown": {
    oml: pipeline(db("connection: '@db.mian'")),
    connections: CONNECTIONS,
    at: "'@db.mian'",
  },
  "connection.no_default": {
    oml: pipeline(db("table: t")),
    connections: `${CONNECTIONS}    other: { host: db2 }\n`,
    at: "one,",
  },
  "connection.two_defaults": {
    oml: pipeline(db("table: t")),
    connections:
      "connections:\n  db:\n    a: { default: true, host: a, password: '${P}' }\n    b: { default: true, host: b, password: '${P}' }\n",
    at: "true, host: b",
  },
  "connection.unknown_field": {
    oml: pipeline(db("connection: '@db.main'")),
    connections: CONNECTIONS.replace("host: db1", "host: db1, prot: 5"),
    at: "prot",
  },
  "connection.override_forbidden": {
    oml: pipeline(db("connection: '@db.main', password: '${OTHER}'")),
    connections: CONNECTIONS,
    at: "password:",
  },
  "connection.override_warning": {
    oml: pipeline(db("connection: '@db.main', port: 3307")),
    connections: CONNECTIONS.replace("host: db1", "host: db1, port: 1"),
    at: "port:",
  },

  "secret.literal": { oml: pipeline(db("host: h, password: abcd")), at: "abcd" },
  "secret.url": { oml: pipeline(SOURCE, "description: see https://bob:hunter2@host/x\n"), at: "hunter2" },
  "secret.dsn": {
    oml: pipeline(db("connection: '@db.main', table: host=db user=bob password=hunter2")),
    connections: CONNECTIONS,
    at: "hunter2",
  },
  "secret.sql": {
    oml: pipeline(db("connection: '@db.main', query: \"ALTER USER bob IDENTIFIED BY 'hunter2'\"")),
    connections: CONNECTIONS,
    at: "hunter2",
  },
  "secret.token": {
    oml: pipeline(SOURCE, `metadata: { note: ghp_${"a1".repeat(18)} }\n`),
    at: "ghp_",
  },

  "sql.syntax": { oml: pipeline(sql("SELECT id FORM t")), at: 't"' },
  "sql.one_select": { oml: pipeline(sql("SELECT 1; SELECT 2")), at: "SELECT 1" },
  "sql.only_select": { oml: pipeline(sql("DROP TABLE t")), at: "DROP" },
  "sql.refused": { oml: pipeline(sql("DESCRIBE t")), at: "DESCRIBE" },
  "sql.refused_function": { oml: pipeline(sql("FROM read_csv('x.csv')")), at: "read_csv" },
  "sql.qualified_name": { oml: pipeline(sql("FROM main.t")), at: "main.t" },
  "sql.parameter": { oml: pipeline(sql("SELECT id FROM t WHERE id = ?")), at: "?" },
  "sql.unknown_table": { oml: pipeline(sql("FROM u")), at: 'u"' },
  "sql.not_upstream": { oml: pipeline(SOURCE + sql("FROM one", ", needs: [t]")), at: 'one"' },
  "sql.reads_itself": { oml: pipeline(sql("FROM q")), at: 'q"' },
  "sql.no_single_input": {
    oml: pipeline(SOURCE + sql("FROM input_df", ", needs: [one, t]")),
    at: "input_df",
  },
  "sql.unknown_column": { oml: pipeline(sql("SELECT nmae FROM t")), at: "nmae" },
  "sql.unknown_function": { oml: pipeline(sql("SELECT uper(name) FROM t")), at: "uper" },
  "sql.wrong_type": { oml: pipeline(sql("SELECT sum(name) FROM t")), at: "sum" },
  "sql.renamed_column": { oml: pipeline(sql("SELECT id, name AS ID FROM t")), at: "SELECT id" },
  "sql.invalid": { oml: pipeline(sql("SELECT id, count(*) FROM t")), at: "id, count" },
};

/** Those that no pipeline can cause, and the test that has them. */
const ELSEWHERE: readonly FindingCode[] = ["sql.too_slow", "spec.bad_driver", "spec.duplicate_name"];

const SPEC = `name: a.b
version: 1.0.0
title: T
description: D
modes: [extract]
inputs: none
configSchema: { type: object, properties: { x: { type: string }, token: { type: string, pattern: x } } }
examples: [{ title: E, config: { x: y } }]
x-runtime: { driver: ./d.js#d }
`;

const SPEC_CASES: Partial<Record<FindingCode, readonly [spec: string, pointsAt: string]>> = {
  "spec.bad_pointer": [SPEC.replace("inputs: none", "inputs: none\npaths: { read: [/y] }"), "/y"],
  "spec.bad_schema": [SPEC.replace("type: string }, token", "type: sting }, token"), "configSchema"],
  "spec.bad_example": [SPEC.replace("x: y", "x: 5"), "5 }"],
  "spec.undeclared_secret": [SPEC.replace(", pattern: x", ""), "token"],
};

async function findings(given: Case): Promise<readonly Finding[]> {
  const { oml, connections, at: _, ...choice } = given;
  const file =
    connections === undefined ? {} : { connections: { text: connections, file: "connections.yaml" } };
  const readFile = (): { problem: string } => ({ problem: "there is no such file" });
  const result = await compile({ text: oml, file: "p.yaml", components, readFile, ...file, ...choice });
  return result.findings;
}

/** What stands in the file where a finding points. */
function pointedAt({ place }: Finding, files: Readonly<Record<string, string>>): string {
  return files[place.file]?.split("\n")[place.line - 1]?.slice(place.column - 1) ?? "";
}

describe("each code is found, where the mistake is", () => {
  test.each(Object.entries(CASES))("%s", async (code, given) => {
    const files = { "p.yaml": given.oml, "connections.yaml": given.connections ?? "" };
    const found = (await findings(given)).filter((finding) => finding.code === code);
    const places = found.map((finding) => pointedAt(finding, files).slice(0, given.at.length));
    expect(places).toContain(given.at);
  });

  test.each(Object.entries(SPEC_CASES))("%s", (code, [spec, at]) => {
    const file = readSpec(spec, "spec.yaml");
    reviewSpec(file);
    const [only, ...more] = file.report.findings();
    expect(only?.code).toBe(code);
    expect(more).toEqual([]);
    expect(only && pointedAt(only, { "spec.yaml": spec }).slice(0, at.length)).toBe(at);
  });

  test("no code is left out", () => {
    const tested = [...Object.keys(CASES), ...Object.keys(SPEC_CASES), ...ELSEWHERE];
    const all = Object.keys(FINDING_CODES).filter((code) => !code.startsWith("package."));
    expect(tested.toSorted()).toEqual(all.toSorted());
  });
});
