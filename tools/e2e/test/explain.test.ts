import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris } from "../src/osiris.ts";
import { exampleProject, pipeline, project, REPOSITORY } from "../src/project.ts";

interface Explained {
  readonly status: string;
  readonly base_dir: string;
  readonly stages: readonly (readonly string[])[];
  readonly steps: readonly Readonly<Record<string, unknown>>[];
  readonly reaches: Readonly<Record<"files" | "hosts" | "variables", readonly unknown[]>>;
}

async function explained(folder: string, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await osiris(folder, "explain", ...args);
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  return stdout;
}

async function explainedJson(folder: string, ...args: readonly string[]): Promise<Explained> {
  return JSON.parse(await explained(folder, ...args, "--json")) as Explained;
}

const sql = (id: string, query: string, more = ""): string =>
  `  - { id: ${id}, component: duckdb.processor, mode: transform${more}, config: { query: ${JSON.stringify(query)} } }\n`;
const csv = (id: string, config: string, more = ""): string =>
  `  - { id: ${id}, component: filesystem.csv_extractor, mode: read${more}, config: ${config} }\n`;
const csvOut = (id: string, path: string, more = ""): string =>
  `  - { id: ${id}, component: filesystem.csv_writer, mode: write${more}, config: { path: ${JSON.stringify(path)} } }\n`;

/** It changes with every version of a component. */
const withoutFingerprint = (text: string): string =>
  text.replace(/manifest `[0-9a-f]{12}`/, "manifest `(twelve digits)`");

/** The first fenced block after a line of docs/pipelines.md. */
function docsBlock(line: string): string {
  const text = readFileSync(join(REPOSITORY, "docs/pipelines.md"), "utf8");
  return /^(````)text\n(?<block>.*?)^\1$/ms.exec(text.slice(text.indexOf(line)))?.groups?.["block"] ?? "";
}

describe("the movies example", () => {
  const FILE = "docs/examples/movies/pipeline.yaml";

  test("is explained as the guide shows it", async () => {
    const text = await explained(REPOSITORY, FILE);
    const shown = docsBlock(`osiris explain ${FILE}`);
    expect(shown).toMatch(/manifest `[0-9a-f]{12}`/);
    expect(withoutFingerprint(text)).toBe(withoutFingerprint(shown));
  });

  test("is explained from its manifest in the same words", async () => {
    const folder = exampleProject("movies");
    await osiris(folder, "compile", "pipeline.yaml", "--out", "build");
    const manifest = "build/manifest.yaml";
    for (const form of [[], ["--json"], ["--mermaid"]]) {
      const text = await explained(folder, manifest, ...form);
      expect(text).toBe(await explained(folder, "pipeline.yaml", ...form));
      expect(text).toContain("top_directors");
    }
    const withParam = await osiris(folder, "explain", manifest, "--param", "min_movies=3");
    expect(withParam.stderr).toContain("A manifest's parameters are fixed");
    expect(withParam.exitCode).toBe(2);
  });

  test("is drawn", async () => {
    expect(await explained(exampleProject("movies"), "pipeline.yaml", "--mermaid")).toBe(`flowchart LR
  step1[/"movies<br/>filesystem.csv_extractor"/]
  step2[/"directors<br/>filesystem.csv_extractor"/]
  step3["top-directors<br/>duckdb.processor"]
  step4[\\"report<br/>filesystem.csv_writer"\\]
  step1 -->|"movies"| step3
  step2 -->|"directors"| step3
  step3 -->|"top_directors"| step4
  file1[("data/movies.csv")]
  file1 --> step1
  file2[("data/directors.csv")]
  file2 --> step2
  file3[("out/top-directors.csv")]
  step4 --> file3
`);
  });

  test("is not run", async () => {
    const folder = exampleProject("movies");
    rmSync(join(folder, "data"), { recursive: true });
    await explained(folder, "pipeline.yaml");
    expect(["out", ".osiris_sessions"].filter((name) => existsSync(join(folder, name)))).toEqual([]);
  });

  test("takes parameters, and a base directory", async () => {
    const folder = exampleProject("movies");
    const text = await explained(folder, "pipeline.yaml", "--param", "min_movies=7", "--base-dir", "data");
    expect(text).toContain("HAVING count(*) >= 7\n");
    expect(text).toContain("relative paths start at `data`.\n");
    const { base_dir, reaches } = await explainedJson(folder, "pipeline.yaml", "--base-dir", "data");
    expect(base_dir).toBe(join(folder, "data"));
    expect(reaches.files[0]).toEqual({
      use: "read",
      path: "data/movies.csv",
      location: "data/movies.csv",
      steps: ["movies"],
    });
  });
});

describe("order", () => {
  test("puts steps that may run at the same time into one stage", async () => {
    const folder = project({
      "pipeline.yaml": pipeline(
        sql("start", "SELECT 1 AS n") +
          sql("west", "FROM start") +
          sql("east", "FROM start") +
          sql("alone", "SELECT 2 AS n", ", needs: []") +
          sql("after-west", "FROM west") +
          sql("join", "FROM after_west JOIN east USING (n)", ", needs: [after-west, east, alone]"),
      ),
    });
    const { stages, steps } = await explainedJson(folder, "pipeline.yaml");
    expect(stages).toEqual([["start", "alone"], ["west", "east"], ["after-west"], ["join"]]);
    expect(steps.at(-1)).toMatchObject({
      needs: ["after-west", "east", "alone"],
      reads: [
        { table: "after_west", step: "after-west" },
        { table: "east", step: "east" },
      ],
    });
    expect(await explained(folder, "pipeline.yaml")).toContain(`## Order

1. \`start\`, \`alone\`
2. after \`start\`: \`west\`, \`east\`
3. after \`west\`: \`after-west\`
4. after \`after-west\`, \`east\`, \`alone\`: \`join\`
`);
    // It waits for the one and reads the other.
    const drawn = await explained(folder, "pipeline.yaml", "--mermaid");
    expect(drawn).toMatch(/^ {2}step4 -\.-> step6$/m);
    expect(drawn).toMatch(/^ {2}step3 -->\|"east"\| step6$/m);
  });
});

describe("tables", () => {
  test("have their columns where they are known, from a driver or from DuckDB", async () => {
    const folder = project({
      "pipeline.yaml": pipeline(
        csv("films", "{ path: f.csv, columns: [id, title], dtype: { id: BIGINT, title: VARCHAR } }") +
          sql(
            "named",
            "SELECT id, upper(title) AS `Title`, 1.50 AS price FROM input_df".replaceAll("`", '"'),
          ) +
          csv("all", "{ path: g.csv }") +
          sql("unknown", "FROM named, all_ SELECT *".replace("all_", '"all"')),
      ),
    });
    const { steps } = await explainedJson(folder, "pipeline.yaml");
    expect(steps.map(({ makes }) => makes)).toEqual([
      {
        table: "films",
        columns: [
          { name: "id", type: "BIGINT" },
          { name: "title", type: "VARCHAR" },
        ],
      },
      {
        table: "named",
        columns: [
          { name: "id", type: "BIGINT" },
          { name: "Title", type: "VARCHAR" },
          { name: "price", type: "DECIMAL(3,2)" },
        ],
      },
      { table: "all" },
      { table: "unknown" },
    ]);
    const text = await explained(folder, "pipeline.yaml");
    expect(text).toContain("- reads the table `films` (as `input_df`)\n");
    expect(text).toContain("- makes the table `named`: `id BIGINT`, `Title VARCHAR`, `price DECIMAL(3,2)`\n");
    expect(text).toContain("- makes the table `unknown`, whose columns are known once it has run\n");
  });

  test("are the chosen one of several, also of a step that makes several", async () => {
    const folder = project({
      "pipeline.yaml": pipeline(
        sql("a", "SELECT 1 AS n") +
          sql("b", "SELECT 1 AS n", ", needs: []") +
          csvOut("out", "x.csv", ", needs: [a, b], input: b__part"),
      ),
    });
    const { steps } = await explainedJson(folder, "pipeline.yaml");
    expect(steps.at(-1)).toMatchObject({ reads: [{ table: "b__part", step: "b", as: "input" }] });
    expect(await explained(folder, "pipeline.yaml")).toContain(
      "- reads the table `b__part` (chosen by `input`)\n",
    );
  });

  test("are read once, however often a query names them", async () => {
    const folder = project({
      "pipeline.yaml": pipeline(sql("a", "SELECT 1 AS n") + sql("pairs", "FROM a x JOIN A y USING (n)")),
    });
    const { steps } = await explainedJson(folder, "pipeline.yaml");
    expect(steps.at(-1)).toMatchObject({ reads: [{ table: "a", step: "a" }] });
  });

  test("come from queries of which the first lines are shown", async () => {
    const query = ["SELECT 1 AS n -- ```", ...Array.from({ length: 40 }, (_, line) => `-- line ${line}`)];
    const folder = project({ "pipeline.yaml": pipeline(sql("long", query.join("\n"))) });
    const text = await explained(folder, "pipeline.yaml");
    const block = /^````sql\n(?<lines>.*?)^````$/ms.exec(text)?.groups?.["lines"]?.trimEnd().split("\n");
    expect(block).toEqual([...query.slice(0, 20), "-- … 21 more lines"]);
    const { steps } = await explainedJson(folder, "pipeline.yaml");
    expect(steps[0]?.["sql"]).toBe(query.join("\n"));
  });
});

const PASSWORD = "hunter2-from-the-environment";

/** A driver package whose components connect, and a project around it. */
function acmeProject(): string {
  const connected = {
    hosts: ["/url"],
    secrets: ["/token"],
    "x-connection-fields": ["url", "token", "region"],
    configSchema: {
      type: "object",
      additionalProperties: false,
      required: ["url", "token"],
      properties: {
        url: { type: "string" },
        token: { type: "string" },
        region: { type: "string", default: "eu" },
        object: { type: "string" },
        limit: { type: "integer" },
      },
    },
    examples: [{ title: "Plain", config: { connection: "@acme.main" } }],
  };
  const run = "throw new Error('explaining runs nothing');";
  const reader = { name: "acme.reader", mode: "extract", inputs: "none", run } as const;
  const sender = { name: "acme.sender", mode: "write", inputs: "one", run } as const;
  const summary = "Reads {limit} of {object} in {region} from {url}.";
  return project({
    "package.json": projectManifest("osiris-driver-acme"),
    ...driverPackage("osiris-driver-acme", [
      { ...reader, spec: { ...connected, summary } },
      { ...sender, spec: { ...connected, title: "Acme, outgoing" } },
    ]),
    "osiris_connections.yaml": `connections:
  acme:
    main: { url: "https://\${ACME_USER}:\${ACME_TOKEN}@api.acme.com:8443/hooks/T0/B1", token: "Bearer \${ACME_TOKEN}", default: true }
    other: { url: "\${OTHER_URL}", token: "\${OTHER_TOKEN}", region: us }
`,
    ".env": `ACME_TOKEN=${PASSWORD}\nOTHER_URL=https://ann:${PASSWORD}@other.acme.com/${PASSWORD}\nACME_USER=\n`,
    "pipeline.yaml": `oml_version: "0.1.0"
name: orders
description: |
  Moves orders, <!-- 1 < 2.
  ## This pipeline will
profiles: { test: { params: { object: drafts } } }
params: { object: orders }
steps:
  - { id: orders, component: acme.reader, mode: read, config: { object: "\${params.object}" } }
  - { id: send, component: acme.sender, mode: write, needs: [orders], config: { connection: "@acme.other", region: "\${REGION:-asia}" } }
  - { id: keep, component: filesystem.csv_writer, mode: write, needs: [orders], config: { path: "\${OUT_DIR:-out}/../orders.csv" } }
  - { id: keep-too, component: filesystem.csv_writer, mode: write, needs: [orders], config: { path: ./out/../too.csv } }
`,
  });
}

describe("a third-party driver", () => {
  test("is explained with its summary, its connection and what it reaches", async () => {
    const folder = acmeProject();
    const text = await explained(folder, "pipeline.yaml", "--profile", "test");
    expect(withoutFingerprint(text)).toBe(`# orders

> Moves orders, &lt;!-- 1 < 2.
> ## This pipeline will

4 steps in 2 stages, profile \`test\`, manifest \`(twelve digits)\`, relative paths start at \`.\`.

## Order

1. \`orders\`
2. after \`orders\`: \`send\`, \`keep\`, \`keep-too\`

Steps of one line may run at the same time; each starts when those it comes after have ended.

## Steps

### \`orders\`

\`acme.reader\`, read: Reads (no limit) of \`drafts\` in \`eu\` from \`api.acme.com:8443\`.

- makes the table \`orders\`, whose columns are known once it has run
- connection \`@acme.main\`, the default of its family

### \`send\`

\`acme.sender\`, write: Acme, outgoing

- reads the table \`orders\`
- connection \`@acme.other\`

### \`keep\`

\`filesystem.csv_writer\`, write: Replaces the CSV file \`\${OUT_DIR:-out}/../orders.csv\` as a whole, or leaves it as it is when the step fails.

- reads the table \`orders\`

### \`keep-too\`

\`filesystem.csv_writer\`, write: Replaces the CSV file \`./out/../too.csv\` as a whole, or leaves it as it is when the step fails.

- reads the table \`orders\`

## This pipeline will

- write \`orders\` with \`send\`: Acme, outgoing
- write \`orders\` with \`keep\`: Replaces the CSV file \`\${OUT_DIR:-out}/../orders.csv\` as a whole, or leaves it as it is when the step fails.
- write \`orders\` with \`keep-too\`: Replaces the CSV file \`./out/../too.csv\` as a whole, or leaves it as it is when the step fails.

## It reaches

- the file \`\${OUT_DIR:-out}/../orders.csv\`, written by \`keep\`
- the file \`./out/../too.csv\` (\`too.csv\`), written by \`keep-too\`
- the host \`api.acme.com:8443\`, by \`orders\`
- the host \`\${OTHER_URL}\`, by \`send\`
- the variable \`ACME_USER\`, not set here, in \`orders\`
- the variable \`ACME_TOKEN\`, a secret, set here, in \`orders\`
- the variable \`OTHER_URL\`, set here, in \`send\`
- the variable \`OTHER_TOKEN\`, a secret, not set here, in \`send\`
- the variable \`REGION\`, not set here, in \`send\`
- the variable \`OUT_DIR\`, not set here, in \`keep\`
`);
  });

  test("is explained as data", async () => {
    const { steps, reaches } = await explainedJson(acmeProject(), "pipeline.yaml");
    expect(steps[0]).toMatchObject({
      id: "orders",
      component: "acme.reader",
      mode: "read",
      connection: { name: "@acme.main", default: true, defined: true },
      hosts: ["api.acme.com:8443"],
      variables: [
        { name: "ACME_USER", secret: false, set: false },
        { name: "ACME_TOKEN", secret: true, set: true },
      ],
    });
    expect(steps[1]).toMatchObject({ connection: { name: "@acme.other", default: false, defined: true } });
    expect(reaches.hosts).toEqual([
      { host: "api.acme.com:8443", steps: ["orders"] },
      { host: "${OTHER_URL}", steps: ["send"] },
    ]);
  });

  test("has its hosts drawn on the side where they are", async () => {
    const drawn = await explained(acmeProject(), "pipeline.yaml", "--mermaid");
    expect(drawn).toContain('  host1{{"api.acme.com:8443"}}\n  host1 --> step1\n');
    expect(drawn).toContain('  host2{{"#36;#123;OTHER_URL#125;"}}\n  step2 --> host2\n');
  });

  test("has no secret shown, nor the value of any variable", async () => {
    const folder = acmeProject();
    for (const form of [[], ["--json"], ["--mermaid"]]) {
      const { stdout, stderr } = await osiris(folder, "explain", "pipeline.yaml", ...form);
      expect(stdout).toContain("OTHER_URL");
      expect(stdout + stderr).not.toContain(PASSWORD);
      expect(stdout).not.toMatch(/T0\/B1|T0#|other\.acme\.com/);
    }
  });

  test("is explained from a manifest where its connection is not defined", async () => {
    const folder = acmeProject();
    await osiris(folder, "compile", "pipeline.yaml", "--out", "build");
    rmSync(join(folder, "osiris_connections.yaml"));
    const text = await explained(folder, "build/manifest.yaml");
    expect(text).toContain("- connection `@acme`, the default of its family, not defined here\n");
    expect(text).toContain("- connection `@acme.other`, not defined here\n");
    expect(text).toContain("Reads (no limit) of `orders` in `eu` from (no url).");
    rmSync(join(folder, "node_modules/osiris-driver-acme"), { recursive: true });
    const without = await osiris(folder, "explain", "build/manifest.yaml");
    expect(without.stderr).toContain("npm i osiris-driver-acme@0.3.0");
    expect(without.exitCode).toBe(2);
  });
});

test("a variable that is a secret to one step is one to all", async () => {
  const folder = acmeProject();
  const config = 'config: { url: "https://${KEY}.acme.com", token: "${TOKEN}" }';
  const other = 'config: { url: acme.com, token: "${KEY}" }';
  writeFileSync(
    join(folder, "pipeline.yaml"),
    pipeline(
      `  - { id: a, component: acme.reader, mode: read, ${config} }\n` +
        `  - { id: b, component: acme.sender, mode: write, ${other} }\n`,
    ),
  );
  const { steps, reaches } = await explainedJson(folder, "pipeline.yaml");
  expect(steps[0]?.["variables"]).toContainEqual({ name: "KEY", secret: false, set: false });
  expect(reaches.variables[0]).toEqual({ name: "KEY", secret: true, set: false, steps: ["a", "b"] });
});

test("a file that one step writes and another reads is drawn once", async () => {
  const folder = project({
    "pipeline.yaml": pipeline(
      sql("a", "SELECT 1 AS n") +
        csvOut("out", "x/../kept.csv") +
        csv("again", "{ path: kept.csv }", ", needs: [out]"),
    ),
  });
  const drawn = await explained(folder, "pipeline.yaml", "--mermaid");
  expect(drawn.split("\n").filter((line) => /\bfile\d/.test(line))).toEqual([
    '  file1[("x/../kept.csv")]',
    "  step2 --> file1",
    "  file1 --> step3",
  ]);
});

describe("what cannot be explained", () => {
  test("a pipeline with mistakes: they are reported", async () => {
    const folder = project({ "pipeline.yaml": pipeline(csv("a", "{ paht: x }")) });
    const text = await osiris(folder, "explain", "pipeline.yaml");
    expect(text.stderr).toMatch(/^pipeline\.yaml:4:\d+: error: .*"paht".* \[config\.unknown_key\]$/m);
    expect(text.stdout).toBe("");
    expect(text.exitCode).toBe(2);
    const json = await osiris(folder, "explain", "pipeline.yaml", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ status: "error", code: "compile.failed" });
    expect(json.exitCode).toBe(2);
  });

  test("two forms at once", async () => {
    const folder = project({ "pipeline.yaml": pipeline(sql("a", "SELECT 1 AS n")) });
    const both = await osiris(folder, "explain", "pipeline.yaml", "--json", "--mermaid");
    expect(JSON.parse(both.stdout)).toMatchObject({ status: "error", code: "cli.usage" });
    expect(both.exitCode).toBe(2);
  });
});

describe("names that mean something elsewhere", () => {
  const PATHS = [
    'a"b].csv',
    "end",
    "%%{init: {'theme':'dark'}}%%",
    "direction TB",
    "style x:#f00;",
    "`--> step1` | <b>#35;</b>",
    "příliš/žluťoučký kůň/映画.csv",
    " two\nlines\u202e\u001b[31m ",
    "__init__.csv",
    "c:\\d",
  ];
  const nasty = (): string =>
    project({
      "pipeline.yaml": pipeline(
        sql("end", "SELECT 1 AS n") +
          sql("subgraph", 'SELECT n AS "`|\n\u202e" FROM "end"') +
          PATHS.map((path, index) => csvOut(`graph-${index}`, path, ", needs: [subgraph]")).join(""),
      ),
    });

  test("stay in the labels of a drawing", async () => {
    const [head, ...lines] = (await explained(nasty(), "pipeline.yaml", "--mermaid")).trimEnd().split("\n");
    expect(head).toBe("flowchart LR");
    // Labels of letters, digits, a few marks and `#<code>;`: a real parser takes every such text.
    const text = String.raw`(?:[\p{L}\p{N}\p{M} .,:/_+()-]|#\d+;|<br/>)+`;
    const node = String.raw`(?:step|file)\d+`;
    const label = `"${text}"`;
    const shape = String.raw`(?:\[${label}\]|\[\\${label}\\\]|\[\(${label}\)\])`;
    const edge = String.raw`${node} -->(?:\|${label}\|)? ${node}`;
    const line = new RegExp(`^  (?:${node}${shape}|${edge})$`, "u");
    expect(lines.filter((item) => !line.test(item))).toEqual([]);
    const labels = lines.flatMap(
      (item) => /^ {2}file\d+\[\("(?<label>.*)"\)\]$/.exec(item)?.groups?.["label"] ?? [],
    );
    const decoded = labels.map((label) =>
      label.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code))),
    );
    expect(decoded).toEqual(PATHS);
    expect(labels.filter((label) => /direction |style.*:/.test(label))).toEqual([]);
  });

  test("stay in their code spans, on their line", async () => {
    const text = await explained(nasty(), "pipeline.yaml");
    expect(text).toContain("- makes the table `subgraph`: `` `|\\n\\u202e INTEGER ``\n");
    expect(text).toContain("- the file `__init__.csv`, written by `graph-8`\n");
    expect(text).toContain("- the file `` `--> step1` | <b>#35;</b> ``, written by `graph-5`\n");
    expect(text).toContain("- the file `  two\\nlines\\u202e\\u001b[31m  `, written by `graph-7`\n");
  });
});

test("when a step gives up is explained where the pipeline says so", async () => {
  const folder = project({
    "pipeline.yaml": pipeline(
      `  - { id: s, component: duckdb.processor, mode: transform, timeout: 90s, max_rejects: 0.5%, config: { query: SELECT 1 AS a } }\n`,
    ),
  });
  const { stdout } = await osiris(folder, "explain", "pipeline.yaml");
  expect(stdout).toContain("- is stopped after 90 s\n- fails when more than 0.5% of its rows are rejected\n");
  const json = JSON.parse((await osiris(folder, "explain", "pipeline.yaml", "--json")).stdout) as unknown;
  expect(json).toMatchObject({
    steps: [{ retry: { attempts: 3 }, timeout_ms: 90_000, max_rejects: "0.5%" }],
  });
});
