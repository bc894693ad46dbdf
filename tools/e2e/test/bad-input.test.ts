import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { osiris, type Outcome } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const READ = `  - id: people
    component: filesystem.csv_extractor
    mode: read
    config: { path: people.csv }
`;
const WRITE = `  - id: report
    component: filesystem.csv_writer
    mode: write
    config: { path: out/report.csv }
`;
const sql = (query: string, more = ""): string => `  - id: chosen
    component: duckdb.processor
    mode: transform
${more}    config:
      query: |
        ${query}
`;

interface BadInput {
  readonly oml: string;
  readonly exitCode: 1 | 2;
  /** `line:column`, where the mistake has one. */
  readonly place?: string;
  readonly says: RegExp;
  readonly help?: RegExp;
}

const cases: Readonly<Record<string, BadInput>> = {
  "broken YAML": {
    oml: pipeline("  - id: [a\n"),
    exitCode: 2,
    place: "5:1",
    says: /flow/i,
  },
  "a duplicate key": {
    oml: pipeline(READ).replace("name: test", "name: test\nname: again"),
    exitCode: 2,
    place: "3:1",
    says: /twice/,
  },
  "not a pipeline at all": { oml: "just text\n", exitCode: 2, place: "1:1", says: /must be an object/ },
  "an empty file": { oml: "", exitCode: 2, place: "1:1", says: /must be an object/ },
  "a missing key and an unknown one": {
    oml: pipeline(READ).replace("name: test", "nam: test"),
    exitCode: 2,
    place: "2:1",
    says: /has no key "nam"/,
    help: /Did you mean "name"/,
  },
  "a reference where none can be used": {
    oml: pipeline(READ.replace("mode: read", 'mode: "${params.mode}"'), "params: { mode: read }\n"),
    exitCode: 2,
    place: "7:11",
    says: /"steps\.0\.mode" must be one of: read, transform, write/,
  },
  "a reference in the pipeline's name": {
    oml: pipeline(READ).replace("name: test", 'name: "../${HOME}"'),
    exitCode: 2,
    place: "2:7",
    says: /"name" must match/,
  },
  "an unknown component": {
    oml: pipeline(READ.replace("csv_extractor", "csv_extracter") + WRITE),
    exitCode: 2,
    place: "5:16",
    says: /No component "filesystem.csv_extracter" is installed/,
    help: /Did you mean "filesystem.csv_extractor"/,
  },
  "a wrong mode": {
    oml: pipeline(READ.replace("mode: read", "mode: write") + WRITE),
    exitCode: 2,
    place: "6:11",
    says: /cannot be used with mode: write/,
    help: /mode: read/,
  },
  "an unknown mode": {
    oml: pipeline(READ.replace("mode: read", "mode: extract")),
    exitCode: 2,
    place: "6:11",
    says: /must be one of: read, transform, write/,
  },
  "an unknown need": {
    oml: pipeline(READ + WRITE.replace("mode: write", "mode: write\n    needs: [peopel]")),
    exitCode: 2,
    place: "11:13",
    says: /No step is called "peopel"/,
    help: /Did you mean "people"/,
  },
  "needs in a cycle": {
    oml: pipeline(
      READ.replace("mode: read", "mode: read\n    needs: [chosen]") +
        sql("SELECT * FROM people", "    needs: [people]\n"),
    ),
    exitCode: 2,
    says: /wait for each other: people -> chosen -> people/,
  },
  "a step that needs itself": {
    oml: pipeline(READ.replace("mode: read", "mode: read\n    needs: [people]")),
    exitCode: 2,
    place: "7:13",
    says: /wait for each other: people -> people/,
  },
  "a need further down": {
    oml: pipeline(
      WRITE.replace("mode: write", "mode: write\n    needs: [people]") +
        READ.replace("mode: read", "mode: read\n    needs: []"),
    ),
    exitCode: 2,
    place: "7:13",
    says: /"people" stands below this step/,
    help: /Move "people" above "report"/,
  },
  "a duplicate id": {
    oml: pipeline(READ + READ),
    exitCode: 2,
    place: "8:9",
    says: /Two steps are called "people"/,
  },
  "ids that give one table": {
    oml: pipeline(READ.replace("people\n", "a-b\n") + READ.replace("people\n", "a_b\n")),
    exitCode: 2,
    place: "8:9",
    says: /both give the table "a_b"/,
  },
  "an id with ../": {
    oml: pipeline(READ.replace("id: people", "id: ../people")),
    exitCode: 2,
    place: "4:9",
    says: /"\.\.\/people" cannot be a step id/,
    help: /start with a letter/,
  },
  "an id with a leading digit": {
    oml: pipeline(READ.replace("id: people", "id: 1people")),
    exitCode: 2,
    place: "4:9",
    says: /"1people" cannot be a step id/,
  },
  "an unknown config key": {
    oml: pipeline(READ.replace("path: people.csv", "path: people.csv, delimeter: ';'")),
    exitCode: 2,
    place: "7:33",
    says: /has no key "delimeter"/,
    help: /Did you mean "delimiter"/,
  },
  "a config value of the wrong type": {
    oml: pipeline(READ.replace("path: people.csv", "path: 5")),
    exitCode: 2,
    place: "7:21",
    says: /"path" must be a string/,
  },
  "a missing config key": {
    oml: pipeline(READ.replace("path: people.csv", "delimiter: ','")),
    exitCode: 2,
    place: "7:13",
    says: /needs the key "path"/,
  },
  "an unresolved parameter": {
    oml: pipeline(READ.replace("people.csv", '"${params.file}"')),
    exitCode: 2,
    place: "7:22",
    says: /No parameter is called "file"/,
  },
  "a missing file": {
    oml: pipeline(READ.replace("people.csv", "peeple.csv") + WRITE),
    exitCode: 1,
    says: /peeple\.csv does not exist/,
    help: /a relative one starts at the pipeline file/,
  },
  "a SQL syntax error": {
    oml: pipeline(READ + sql("SELECT name FORM people") + WRITE),
    exitCode: 2,
    place: "13:26",
    says: /syntax error at or near "people"/,
  },
  "SQL that names a step which is not upstream": {
    oml: pipeline(
      READ +
        READ.replace("people\n", "others\n") +
        sql("SELECT * FROM others, people", "    needs: [others]\n"),
    ),
    exitCode: 2,
    place: "18:31",
    says: /"people" is the table of step "people", which is not among this step's needs/,
    help: /Add "people" to needs/,
  },
  "SQL that names no step at all": {
    oml: pipeline(READ + sql("SELECT * FROM peeple")),
    exitCode: 2,
    place: "13:23",
    says: /"peeple" is not a table of an upstream step/,
  },
  "SQL that reads /etc/passwd by function": {
    oml: pipeline(READ + sql("SELECT * FROM people, read_csv('/etc/passwd')")),
    exitCode: 2,
    place: "13:31",
    says: /read_csv\(\) cannot stand in a SQL step/,
    help: /extractor/,
  },
  "SQL that reads /etc/passwd by name": {
    oml: pipeline(READ + sql("SELECT * FROM '/etc/passwd'")),
    exitCode: 2,
    place: "13:23",
    says: /"\/etc\/passwd" is not a table of an upstream step/,
  },
  "SQL that is more than one SELECT": {
    oml: pipeline(READ + sql("SELECT 1; DROP TABLE people")),
    exitCode: 2,
    says: /one SELECT/,
  },
  "SQL with an unknown column": {
    oml: pipeline(READ + sql("SELECT nme FROM people") + WRITE),
    exitCode: 1,
    says: /Referenced column "nme" not found/,
  },
  "a writer without an input": {
    oml: pipeline(WRITE),
    exitCode: 2,
    place: "4:9",
    says: /needs an upstream step that makes a table/,
  },
  "a writer with several inputs": {
    oml: pipeline(
      READ +
        READ.replace("people\n", "others\n") +
        WRITE.replace("mode: write", "mode: write\n    needs: [people, others]"),
    ),
    exitCode: 2,
    place: "12:9",
    says: /takes one table, but its needs make 2: people, others/,
    help: /input: <table>/,
  },
  "two steps that write one file": {
    oml: pipeline(READ + WRITE + WRITE.replace("id: report", "id: again\n    needs: [people]")),
    exitCode: 2,
    says: /Step "report" writes "out\/report.csv" too/,
  },
  "two steps that write one file by two spellings": {
    oml: pipeline(
      READ +
        WRITE +
        WRITE.replace("id: report", "id: again\n    needs: [people]").replace("out/report", "./out/report"),
    ),
    exitCode: 2,
    says: /Step "report" writes "\.\/out\/report.csv" too/,
  },
  "a step that reads what an independent step writes": {
    oml: pipeline(
      READ +
        WRITE +
        READ.replace("id: people", "id: again\n    needs: []").replace("people.csv", "out/report.csv"),
    ),
    exitCode: 2,
    says: /neither step waits for the other/,
    help: /Add "report" to needs/,
  },
  "a value that does not fit its declared type": {
    oml: pipeline(READ.replace("path: people.csv", "path: people.csv, dtype: { name: BIGINT }") + WRITE),
    exitCode: 1,
    says: /people\.csv, line 2: column "name": "Ada" is not exactly BIGINT/,
  },
};

function expectClean({ stdout, stderr }: Outcome, folder: string): void {
  expect(stderr).not.toMatch(/\n\s+at .*:\d+/);
  expect(stdout + stderr).not.toContain("node_modules");
  expect(existsSync(join(folder, "out"))).toBe(false);
}

describe("bad input", () => {
  test.each(Object.entries(cases))("%s", async (_name, { oml, exitCode, place, says, help }) => {
    const folder = project({ "pipeline.yaml": oml, "people.csv": "name,country\nAda,NG\n" });
    const text = await osiris(folder, "run", "pipeline.yaml");
    expectClean(text, folder);
    const told = text.stderr + text.stdout;
    expect(told).toMatch(says);
    expect(told).toContain(place === undefined ? "" : `pipeline.yaml:${place}: error:`);
    expect(told).toMatch(help ?? "");
    expect(text.exitCode).toBe(exitCode);
    expect(existsSync(join(folder, ".osiris_sessions"))).toBe(exitCode === 1);

    const json = await osiris(folder, "run", "pipeline.yaml", "--json");
    expectClean(json, folder);
    expect(json.exitCode).toBe(exitCode);
    expect(JSON.stringify(JSON.parse(json.stdout))).toMatch(
      exitCode === 2 ? /"findings":\[\{/ : /"status":"failed"/,
    );
  });

  test("every mistake is reported at once, in reading order", async () => {
    const folder = project({
      "pipeline.yaml": pipeline(
        READ.replace("id: people", "id: People") +
          sql("SELECT * FROM nowhere") +
          WRITE.replace("csv_writer", "csv_riter"),
        "colour: blue\n",
      ),
    });
    const { stdout, stderr } = await osiris(folder, "validate", "pipeline.yaml", "--json");
    const { findings } = JSON.parse(stdout) as { findings: { code: string; line: number }[] };
    expect(findings.map(({ code, line }) => [line, code])).toEqual([
      [3, "oml.unknown_key"],
      [5, "step.bad_id"],
      [14, "sql.unknown_table"],
      [16, "step.unknown_component"],
    ]);
    expect(stderr).toContain("4 mistakes");
  });

  test("points into folded and quoted SQL, and past parameters", async () => {
    const folder = project({
      "folded.yaml": pipeline(`${READ}  - id: a
    component: duckdb.processor
    mode: transform
    config:
      query: >-
        SELECT 'žluť'
        FROM people,
          nowhere
`),
      "quoted.yaml": pipeline(
        `${READ}  - id: a
    component: duckdb.processor
    mode: transform
    config: { query: "SELECT '\${params.word}' FROM nowhere" }
`,
        "params: { word: a-much-longer-word }\n",
      ),
    });
    expect((await osiris(folder, "validate", "folded.yaml")).stderr).toContain("folded.yaml:15:11: error:");
    expect((await osiris(folder, "validate", "quoted.yaml")).stderr).toContain("quoted.yaml:12:52: error:");
  });

  test.each([
    [["run"], /Name a pipeline file/],
    [["run", "nowhere.yaml"], /There is no file nowhere\.yaml/],
    [["run", "."], /is a folder/],
    [["run", "--last-compile"], /Nothing has been compiled/],
    [["run", "x.yaml", "--param", "novalue"], /--param name=value/],
    [["run", "x.yaml", "--concurrency", "0"], /whole number from 1/],
    [["run", "x.yaml", "--frobnicate"], /unknown option/],
    [["rnu"], /unknown command/],
    [["query", "SELECT 1"], /There is no run "last"/],
    [["preview", "people", "--run", "2020"], /There is no run "2020"/],
  ])("a wrong call: %j", async (args, says) => {
    const folder = project({ "x.yaml": pipeline(READ) });
    const text = await osiris(folder, ...args);
    expect(text.stderr).toMatch(says);
    expect(text.exitCode).toBe(2);
    const json = await osiris(folder, ...args, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ status: "error", category: "usage" });
    expect(json.exitCode).toBe(2);
    expect(readdirSync(folder)).toEqual(["x.yaml"]);
  });

  test("a failed step keeps the file that was there", async () => {
    const folder = project({
      "good.yaml": pipeline(READ + WRITE),
      "bad.yaml": pipeline(READ + sql("SELECT error('no') FROM people") + WRITE),
      "people.csv": "name\nAda\n",
    });
    expect((await osiris(folder, "run", "good.yaml")).exitCode).toBe(0);
    const bad = await osiris(folder, "run", "bad.yaml");
    expect(bad.exitCode).toBe(1);
    expect(bad.stdout).toMatch(/^report +not run/m);
    expect(readdirSync(join(folder, "out"))).toEqual(["report.csv"]);
    const preview = await osiris(folder, "preview", "people", "--json");
    expect(JSON.parse(preview.stdout)).toMatchObject({ rows: [{ name: "Ada" }] });
  });

  test("a destination that cannot be written", async () => {
    const folder = project({ "pipeline.yaml": pipeline(READ + WRITE), "people.csv": "name\nAda\n" });
    mkdirSync(join(folder, "out/report.csv"), { recursive: true });
    const { exitCode, stdout } = await osiris(folder, "run", "pipeline.yaml");
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/report\.csv is a folder/);
    expect(readdirSync(join(folder, "out"))).toEqual(["report.csv"]);
  });
});

describe("step ids", () => {
  test.each(["select", "order", "my-step", "group", "table"])(
    '"%s" is a good one, as a table too',
    async (id) => {
      const folder = project({
        "pipeline.yaml": pipeline(
          READ.replace("id: people", `id: ${id}`) +
            sql(`SELECT count(*) AS n FROM "${id.replaceAll("-", "_")}", input_df AS same`) +
            WRITE,
        ),
        "people.csv": "name\nAda\nBo\n",
      });
      const { exitCode, stderr } = await osiris(folder, "run", "pipeline.yaml");
      expect(stderr).not.toContain("error");
      expect(exitCode).toBe(0);
      const preview = await osiris(folder, "preview", id, "--json");
      expect(JSON.parse(preview.stdout)).toMatchObject({ total_rows: 2 });
    },
  );
});
