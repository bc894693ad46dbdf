import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { driverPackage, projectManifest } from "../src/driver-package.ts";
import { osiris, osirisWith, type Outcome } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

interface Resource {
  readonly name: string;
  readonly component: string;
  readonly rows?: { count: number; exact: boolean };
  readonly columns: readonly { name: string; type: string }[];
  readonly sampled?: boolean;
  readonly config?: object;
  readonly samples?: readonly object[];
  readonly problem?: string;
}
interface Document {
  readonly connection: string;
  readonly fingerprint: string;
  readonly resources: readonly Resource[];
  readonly incomplete: readonly string[];
}

const CONNECTIONS = "connections:\n  filesystem:\n    lake: { base_dir: lake }\n";

function lake(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = project({ "osiris_connections.yaml": CONNECTIONS, "lake/.keep": "" });
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, "lake", name), content);
  }
  return folder;
}

async function discover(folder: string, ...args: readonly string[]): Promise<Document> {
  const { stdout, stderr } = await osiris(folder, "discover", "@filesystem.lake", "--json", ...args);
  expect(stderr).not.toContain("error");
  return JSON.parse(stdout) as Document;
}

const ORDERS = "id,amount,day,note\n1,2.50,2026-01-31,x\n2,10,2026-02-01,\n";

describe("discovering a folder of CSV files", () => {
  test("finds names, rows and the types that a run finds, packed or not", async () => {
    const folder = lake({
      "b.csv": ORDERS,
      "a.csv.gz": gzipSync(ORDERS),
      "c.csv.zst": zstdCompressSync(ORDERS),
      "d.txt": "not asked for",
      ".hidden.csv": ORDERS,
    });
    const { resources, incomplete, connection } = await discover(folder);
    expect(connection).toBe("@filesystem.lake");
    expect(incomplete).toEqual([]);
    expect(resources.map(({ name }) => name)).toEqual(["a.csv.gz", "b.csv", "c.csv.zst"]);
    const columns = [
      { name: "id", type: "BIGINT" },
      { name: "amount", type: "DECIMAL(18,2)" },
      { name: "day", type: "DATE" },
      { name: "note", type: "VARCHAR" },
    ];
    for (const resource of resources) {
      expect(resource).toMatchObject({ columns, rows: { count: 2, exact: true } });
      expect(resource).not.toHaveProperty("samples");
      expect(resource).not.toHaveProperty("sampled");
    }
    const steps = `  - { id: orders, component: filesystem.csv_extractor, mode: read, config: { connection: '@filesystem.lake', path: b.csv } }\n`;
    writeFileSync(join(folder, "pipeline.yaml"), pipeline(steps));
    const run = await osiris(folder, "run", "pipeline.yaml", "--json");
    const record = JSON.parse(run.stdout) as { steps: { tables: { columns: object[] }[] }[] };
    expect(record.steps[0]?.tables[0]?.columns).toEqual(columns);
  });

  test("looks at the beginning of a large file only, and says so", async () => {
    const line = (n: number): string => `${n},${"x".repeat(90)}\n`;
    const folder = lake({ "big.csv": "n,text\n" });
    const lines = Array.from({ length: 50_000 }, (_, n) => line(n)).join("");
    appendFileSync(join(folder, "lake/big.csv"), `${lines}not a number,x\n`);
    const [big] = (await discover(folder)).resources;
    expect(big).toMatchObject({
      sampled: true,
      rows: { exact: false },
      columns: [{ name: "n", type: "BIGINT" }, {}],
    });
    expect(Math.abs((big?.rows?.count ?? 0) - 50_001)).toBeLessThan(2_000);
    const { stdout } = await osiris(folder, "discover", "@filesystem.lake");
    expect(stdout).toMatch(
      /big\.csv {2}\(file for filesystem\.csv_extractor, about .* rows, .* types from its beginning\)/,
    );
  });

  test("shows rows when asked to, and only then", async () => {
    const folder = lake({ "b.csv": 'id,note\n1,"a ""b"", c"\n2,\n3,""\n' });
    expect((await discover(folder, "--samples", "5")).resources[0]?.samples).toEqual([
      { id: "1", note: 'a "b", c' },
      { id: "2", note: null },
      { id: "3", note: "" },
    ]);
    expect((await discover(folder, "--samples", "1")).resources[0]?.samples).toHaveLength(1);
    expect((await osiris(folder, "discover", "@filesystem.lake")).stdout).not.toContain("NULL");
  });

  test("prints steps that run as they are, with the delimiter that the header shows", async () => {
    const folder = lake({
      "Orders ${DAY}.csv": "a;b\n1;2\n",
      "orders-day.csv": ORDERS,
      "2024.tsv": "a\tb\n1\t2\n",
    });
    const { stdout } = await osiris(folder, "discover", "@filesystem.lake", "--yaml");
    writeFileSync(join(folder, "pipeline.yaml"), pipeline(stdout));
    const run = await osiris(folder, "run", "pipeline.yaml", "--json");
    const record = JSON.parse(run.stdout) as {
      steps: { id: string; tables: { columns: { name: string }[] }[] }[];
    };
    expect(record.steps.map(({ id, tables }) => [id, tables[0]?.columns.map(({ name }) => name)])).toEqual([
      ["read", ["a", "b"]],
      ["orders-day", ["a", "b"]],
      ["orders-day-2", ["id", "amount", "day", "note"]],
    ]);
    expect((await osiris(folder, "discover", "@filesystem.lake", "--yaml", "--json")).exitCode).toBe(2);
  });

  test("says of each file why it cannot be read, and hides none", async () => {
    const folder = lake({
      "archive.csv": Buffer.from([0x50, 0x4b, 0x03, 0x04, 0, 0]),
      "bad.csv": "a,b\n1\n",
      "cut.csv.gz": gzipSync(ORDERS).subarray(0, 30),
      "empty.csv": "",
      "good.csv": "a\n1\n",
      "latin.csv": Buffer.from("a,b\n1,\xe9\n", "latin1"),
      "quote.csv": 'a,b\n1,"open\n',
    });
    const { resources } = await discover(folder);
    expect(resources.map(({ name, problem }) => [name, problem?.replace(/^.*\//, "")])).toEqual([
      ["archive.csv", "archive.csv is a ZIP file, or a spreadsheet"],
      ["bad.csv", expect.stringMatching(/^line 2: has 1 field, the header has 2; on_bad_lines: reject/)],
      ["cut.csv.gz", expect.stringMatching(/cannot be unpacked with gzip/)],
      ["empty.csv", expect.stringMatching(/empty\.csv is empty/)],
      ["good.csv", undefined],
      ["latin.csv", expect.stringMatching(/line 2: bytes that are not UTF-8/)],
      ["quote.csv", "line 2: a quote opens a field and nothing closes it"],
    ]);
  });

  test("has a fingerprint of names and types: rows do not change it, a column does", async () => {
    const folder = lake({ "b.csv": ORDERS });
    const first = await discover(folder);
    expect(await discover(folder)).toEqual(first);
    appendFileSync(join(folder, "lake/b.csv"), "3,1,2026-02-02,y\n");
    const longer = await discover(folder);
    expect(longer.fingerprint).toBe(first.fingerprint);
    expect(longer.resources[0]?.rows?.count).toBe(3);
    writeFileSync(join(folder, "lake/b.csv"), ORDERS.replace("2.50", "two"));
    expect((await discover(folder)).fingerprint).not.toBe(first.fingerprint);
  });

  test("keeps to the pattern, and to a bounded number of files", async () => {
    const folder = lake(Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`f${n}.csv`, "a\n1\n"])));
    const some = await discover(folder, "--resource", "f50*");
    expect(some.resources.map(({ name }) => name)).toContain("f50.csv");
    expect(some.resources.length).toBeLessThanOrEqual(2);
    const { resources, incomplete } = await discover(folder);
    expect(resources).toHaveLength(500);
    expect(incomplete).toEqual(["only 500 files are listed"]);
    const none = await osiris(folder, "discover", "@filesystem.lake", "--resource", "x*");
    expect(none.stderr).toMatch(/Nothing behind @filesystem\.lake matches "x\*"/);
    expect(none.exitCode).toBe(2);
  });
});

const SPEC = {
  secrets: ["/password"],
  "x-connection-fields": ["password"],
  configSchema: { type: "object", properties: { password: { type: "string" } } },
};

function other(discovery: string | undefined): string {
  const members = discovery === undefined ? "" : `async discover({ connection, samples }) { ${discovery} },`;
  const component = { mode: "extract", inputs: "none", run: "", spec: SPEC, members } as const;
  return project({
    "package.json": projectManifest("osiris-driver-db"),
    ...driverPackage("osiris-driver-db", [{ name: "db.extractor", ...component }]),
    "osiris_connections.yaml": "connections:\n  db:\n    main: { password: '${PW}' }\n",
  });
}

function discoverDb(folder: string, ...args: readonly string[]): Promise<Outcome> {
  return osirisWith({ PW: "hunter22" }, folder, "discover", "@db.main", ...args);
}

describe("a driver that discovers", () => {
  const table = (name: string): string =>
    `{ name: "${name}", kind: "table", columns: [{ name: "id", type: "BIGINT", sourceType: "bigint(20)", primaryKey: 1, nullable: false }], samples: [{ id: "hunter22" }, { id: "2" }] }`;

  test("is shown sorted, its secrets masked, and no rows that nobody asked for", async () => {
    const folder = other(
      `return { resources: [${table("b")}, ${table("a")}], incomplete: "no rights on c" };`,
    );
    const { stdout, stderr } = await discoverDb(folder, "--json");
    const { resources } = JSON.parse(stdout) as Document;
    expect(resources.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(stdout).not.toContain("samples");
    expect(stderr).toMatch(/this is not all: no rights on c/);
    const text = await discoverDb(folder, "--samples", "1");
    expect(text.stdout).toMatch(/id {2}BIGINT {2}bigint\(20\), primary key, not null/);
    expect(text.stdout).toContain("***");
    expect(text.stdout).not.toMatch(/hunter22|^ {2}2$/m);
  });

  test.each([
    [`return { resources: [${table("a")}, ${table("a")}] };`, /gives two resources called "a"/],
    [`return { resources: [{ name: "a" }] };`, /its discover\(\).*needs the key "kind"/],
    [
      `return { resources: [{ name: "a", kind: "t", columns: [], rows: { count: 1n } }] };`,
      /gives what is no JSON/,
    ],
    [`return [];`, /what its discover\(\) gives is wrong: /],
    [`throw new Error("no " + connection.password.reveal());`, /failed: no \*\*\*/],
  ])("and gives nonsense is at fault: %s", async (discovery, says) => {
    const { stderr, exitCode } = await discoverDb(other(discovery));
    expect(stderr).toMatch(says);
    expect(stderr).toContain("[driver.broken]");
    expect(stderr).not.toContain("hunter22");
    expect(exitCode).toBe(1);
  });

  test("and never ends is left behind; one that cannot says so", async () => {
    const slow = await discoverDb(
      other("await new Promise(() => setInterval(() => 0, 1000));"),
      "--timeout",
      "200ms",
    );
    expect(slow.stderr).toMatch(/no answer after 0\.2 s .*connection\.timeout/);
    expect(slow.exitCode).toBe(1);
    const none = await discoverDb(other(undefined));
    expect(none.stderr).toMatch(/no driver of its family can discover \(db\.extractor\)/);
    expect(none.exitCode).toBe(2);
  });
});
