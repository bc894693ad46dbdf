import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { osiris, type Outcome } from "../src/osiris.ts";
import { pipeline, project, runFolder, logLines } from "../src/project.ts";

const copy = (read = "", write = ""): string =>
  pipeline(`  - id: rows
    component: filesystem.csv_extractor
    mode: read
    config: { path: in.csv${read} }
  - id: copy
    component: filesystem.csv_writer
    mode: write
    config: { path: out/copy.csv${write} }
`);

interface Copied extends Outcome {
  readonly folder: string;
  readonly text: string | undefined;
}

async function copyCsv(csv: string | Uint8Array, read = "", write = ""): Promise<Copied> {
  const folder = project({ "pipeline.yaml": copy(read, write) });
  writeFileSync(join(folder, "in.csv"), csv);
  const outcome = await osiris(folder, "run", "pipeline.yaml");
  const file = join(folder, "out/copy.csv");
  return { ...outcome, folder, text: outcome.exitCode === 0 ? readFileSync(file, "utf8") : undefined };
}

async function preview(
  folder: string,
): Promise<{ columns: { name: string }[]; rows: Record<string, unknown>[] }> {
  const { stdout } = await osiris(folder, "preview", "rows", "--json");
  return JSON.parse(stdout) as { columns: { name: string }[]; rows: Record<string, unknown>[] };
}

describe("a CSV file that is read and written", () => {
  const unchanged: Readonly<Record<string, string>> = {
    "text that looks like numbers": "id,zip,big,exp\n007,00123,12345678901234567890123,1e5\n+1,-0, 5,nan\n",
    "NULL and the empty string": 'a,b\n,""\n"",\nx,y\n',
    "quotes, delimiters and line ends in fields": 'a,b\n"he said ""no""","1,2"\n"two\nlines",x\n',
    "only a header": "a,b,c\n",
    "NUL characters in a value": "a,b\nx\u0000y,1\n",
    "text from beyond the BMP": "name,žluť\n🐎,𝒳\n",
    "a quoted header with a delimiter": '"a,b",c\n1,2\n',
  };

  test.each(Object.entries(unchanged))("keeps %s", async (_name, csv) => {
    const { exitCode, text } = await copyCsv(csv);
    expect(exitCode).toBe(0);
    expect(text).toBe(csv);
  });

  test("is cut down to its columns, in their order, when they are named", async () => {
    const { text, folder } = await copyCsv("a,b,c\n1,2,3\n4,5,6\n", ", columns: [c, a], dtype: { a: INT }");
    expect(text).toBe("c,a\n3,1\n6,4\n");
    expect((await preview(folder)).columns).toEqual([
      { name: "c", type: "BIGINT" },
      { name: "a", type: "INTEGER" },
    ]);
  });

  test.each([
    [", columns: [a, x]", 1, /columns names the column "x", which .*in\.csv does not have/],
    [", columns: [a, A]", 2, /columns names "A" twice/],
    [", columns: [a], dtype: { b: INT }", 2, /dtype declares the type of "b", which is not among columns/],
  ])("with%s is refused", async (config, status, says) => {
    const { exitCode, stdout, stderr } = await copyCsv("a,b\n1,2\n", config);
    expect(stdout + stderr).toMatch(says);
    expect(exitCode).toBe(status);
  });

  test("drops a byte order mark, and takes CRLF and a missing last line end", async () => {
    expect((await copyCsv("\uFEFFa,b\r\n1,2\r\n3,4")).text).toBe("a,b\n1,2\n3,4\n");
  });

  test("keeps 64-bit integers, decimals, dates and times when their types are declared", async () => {
    const csv =
      "i,d,day,ts,yes\n9223372036854775807,-12.50,2024-02-29,2024-01-01 00:00:00.000001,true\n,,,,\n";
    const types = ", dtype: { i: BIGINT, d: 'DECIMAL(38,2)', day: DATE, ts: TIMESTAMP, yes: BOOLEAN }";
    const { text, folder } = await copyCsv(csv, types);
    expect(text).toBe(csv);
    expect((await preview(folder)).rows[0]).toEqual({
      i: "9223372036854775807",
      d: "-12.50",
      day: "2024-02-29",
      ts: "2024-01-01 00:00:00.000001",
      yes: true,
    });
  });

  test("honours delimiter and header on both sides", async () => {
    const { text } = await copyCsv("a;b\n1,5;2\n", ", delimiter: ';'", ", delimiter: '|', header: false");
    expect(text).toBe("1,5|2\n");
  });

  test("keeps 300,000 rows in their order", async () => {
    const lines = Array.from({ length: 300_000 }, (_, n) => `${n},row ${n},${n % 7 === 0 ? "" : n * 2}`);
    const csv = `id,name,n\n${lines.join("\n")}\n`;
    const { text } = await copyCsv(csv, ", dtype: { id: BIGINT, n: INTEGER }");
    expect(text === csv).toBe(true);
  });
});

describe("paths", () => {
  test("with = give no columns, and quotes, blanks and % are plain characters", async () => {
    const name = "year=2024/it's 100% žluť.csv";
    const folder = project({
      "pipeline.yaml": copy().replace("in.csv", JSON.stringify(name)),
      [name]: "a,year\n1,7\n",
    });
    expect((await osiris(folder, "run", "pipeline.yaml")).exitCode).toBe(0);
    expect(readFileSync(join(folder, "out/copy.csv"), "utf8")).toBe("a,year\n1,7\n");
  });
});

describe("the file that is replaced", () => {
  async function replace(prepare: (file: string) => void): Promise<Copied> {
    const folder = project({ "pipeline.yaml": copy(), "in.csv": "a\n1\n", "out/other.csv": "old\n" });
    const file = join(folder, "out/copy.csv");
    prepare(file);
    const outcome = await osiris(folder, "run", "pipeline.yaml");
    return { ...outcome, folder, text: outcome.exitCode === 0 ? readFileSync(file, "utf8") : undefined };
  }

  test("keeps its permissions", async () => {
    const { text, folder } = await replace((file) => writeFileSync(file, "secret\n", { mode: 0o600 }));
    expect(text).toBe("a\n1\n");
    expect(statSync(join(folder, "out/copy.csv")).mode & 0o777).toBe(0o600);
  });

  test("is a file: a symbolic link is left as it is", async () => {
    const { exitCode, stdout, folder } = await replace((file) => symlinkSync("other.csv", file));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/copy\.csv is a symbolic link, which writing would replace/);
    expect(readFileSync(join(folder, "out/other.csv"), "utf8")).toBe("old\n");
  });

  test("may be the file that was read", async () => {
    const folder = project({
      "pipeline.yaml": copy().replace("out/copy.csv", "in.csv"),
      "in.csv": "a\r\n1\r\n",
    });
    expect((await osiris(folder, "run", "pipeline.yaml")).exitCode).toBe(0);
    expect(readFileSync(join(folder, "in.csv"), "utf8")).toBe("a\n1\n");
  });

  test("is not called .zip", async () => {
    const folder = project({
      "pipeline.yaml": copy().replace("out/copy.csv", "out/copy.csv.zip"),
      "in.csv": "a\n1\n",
    });
    const { stdout } = await osiris(folder, "run", "pipeline.yaml");
    expect(stdout).toMatch(/packs with gzip and zstd, and the name promises another packing/);
  });
});

describe("column names", () => {
  test("that meet, or are empty, get names of their own, with a warning that maps them", async () => {
    const { folder, stderr } = await copyCsv("a,A,,a_2,a\n1,2,3,4,5\n");
    const { columns } = await preview(folder);
    expect(columns.map(({ name }) => name)).toEqual(["a", "A_3", "column3", "a_2", "a_4"]);
    expect(stderr).toMatch(/warn: rows: The column "A" is called "A_3" in the table/);
    const renamed = logLines(runFolder(folder), "events").filter((event) => event["level"] === "warn");
    expect(renamed.map(({ from, to }) => [from, to])).toEqual([
      ["A", "A_3"],
      ["", "column3"],
      ["a", "a_4"],
    ]);
  });
});

describe("a CSV file that cannot be read", () => {
  const refused: readonly (readonly [name: string, csv: string, read: string, says: RegExp])[] = [
    [
      "with a short line",
      "a,b,c\n1,2,3\n1,2\n4,5,6\n",
      "",
      /in\.csv, line 3: has 2 fields, the header has 3: "1,2"/,
    ],
    [
      "with longer lines below",
      "a,b\n1,2\n3,4,5\n6,7,8\n",
      "",
      /in\.csv, line 3: has 3 fields, the header has 2: "3,4,5"/,
    ],
    [
      "with a value of another type",
      "a\n1\nx\n",
      ", dtype: { a: INTEGER }",
      /line 3: column "a": "x" is not exactly INTEGER/,
    ],
    [
      "with more decimals than declared",
      "a\n1.0\n1.005\n",
      ", dtype: { a: 'DECIMAL(4,1)' }",
      /line 3: column "a": "1\.005" is not exactly DECIMAL\(4,1\)/,
    ],
    [
      "with a fraction for an integer",
      "a\n1.5\n",
      ", dtype: { a: INTEGER }",
      /"1\.5" is not exactly INTEGER/,
    ],
    ["with a time for a date", "a\n2024-01-01 10:00:00\n", ", dtype: { a: DATE }", /is not exactly DATE/],
    [
      "with an offset for a TIMESTAMP",
      "a\n2024-01-01 10:00:00+02\n",
      ", dtype: { a: TIMESTAMP }",
      /is not exactly TIMESTAMP/,
    ],
    [
      "with a TIMESTAMPTZ without an offset",
      "a\n2024-01-01 10:00:00\n",
      ", dtype: { a: TIMESTAMPTZ }",
      /is not exactly TIMESTAMPTZ/,
    ],
    [
      "with an underscore in a DOUBLE",
      "a\n1_000\n",
      ", dtype: { a: DOUBLE }",
      /"1_000" is not exactly DOUBLE/,
    ],
    ["with a DOUBLE that overflows", "a\n1e400\n", ", dtype: { a: DOUBLE }", /"1e400" is not exactly DOUBLE/],
    [
      "with awkward column names",
      "__proto__,record,Record\n1.5,x,y\n",
      ", dtype: { __proto__: INTEGER }",
      /line 2: column "__proto__": "1\.5" is not exactly INTEGER/,
    ],
    [
      "with an integer that is too big",
      "a\n40000\n",
      ", dtype: { a: SMALLINT }",
      /line 2: column "a": "40000" is not exactly SMALLINT/,
    ],
    ["that is empty", "", "", /in\.csv is empty/],
    [
      "with a half-quoted name",
      '"a"x,b\n1,2\n3,4\n',
      "",
      /first line cannot be read as column names: it has text after a closing quote/,
    ],
    [
      "with a TIMESTAMPTZ that does not exist",
      "a\n2024-13-01 10:00:00Z\n",
      ", dtype: { a: TIMESTAMPTZ }",
      /is not exactly TIMESTAMPTZ.*csv\.value_misfit/s,
    ],
    [
      "with a TIMESTAMPTZ without seconds",
      "a\n2024-01-01 10:00Z\n",
      ", dtype: { a: TIMESTAMPTZ }",
      /is not exactly TIMESTAMPTZ/,
    ],
    [
      "whose quote never ends",
      'a,b\n1,2\n"3,4\n5,6\n',
      "",
      /line 3: a quote opens a field and nothing closes it/,
    ],
    [
      "with a dtype for no column",
      "a\n1\n",
      ", dtype: { b: INTEGER }",
      /dtype names the column "b".*Its columns are: a\./s,
    ],
  ];

  test.each(refused)("%s", async (_name, csv, read, says) => {
    const { exitCode, stdout, stderr, folder } = await copyCsv(csv, read);
    expect(stdout).toMatch(says);
    expect(stdout + stderr).not.toContain("ignore_errors");
    expect(exitCode).toBe(1);
    expect(() => statSync(join(folder, "out"))).toThrow("ENOENT");
  });

  test("a pipe, a pattern without files, and a broken archive", async () => {
    const folder = project({
      "pipe.yaml": copy().replace("in.csv", "/dev/stdin"),
      "pattern.yaml": copy().replace("in.csv", "none/*.csv"),
      "packed.yaml": copy().replace("in.csv", "in.csv.gz"),
    });
    writeFileSync(join(folder, "in.csv.gz"), gzipSync("a\n1\n").subarray(0, 15));
    const said = async (file: string): Promise<string> => (await osiris(folder, "run", file)).stdout;
    expect(await said("pipe.yaml")).toMatch(/is a pipe or a device/);
    expect(await said("pattern.yaml")).toMatch(/No file matches .*none\/\*\.csv/);
    expect(await said("packed.yaml")).toMatch(/cannot be unpacked with gzip: unexpected end of file/);
  });

  test("a dtype that is no type, before anything runs", async () => {
    const { exitCode, stderr } = await copyCsv("a\n1\n", ", dtype: { a: WHOLE }");
    expect(stderr).toMatch(/pipeline\.yaml:7:\d+: error: "dtype\.a" must match/);
    expect(exitCode).toBe(2);
  });

  test("a folder, and a file that is no UTF-8", async () => {
    const folder = project({ "pipeline.yaml": copy().replace("in.csv", "data"), "data/x.csv": "a\n" });
    const outcome = await osiris(folder, "run", "pipeline.yaml");
    expect(outcome.stdout).toMatch(/data is a folder/);
    const header = await copyCsv(Buffer.from("caf\u00e9\nx\n", "latin1"));
    expect(header.stdout).toMatch(/in\.csv, line 1: bytes that are not UTF-8.*encoding/s);
    const latin = await copyCsv(Buffer.from("name\ncaf\xe9\n", "latin1"));
    expect(latin.exitCode).toBe(1);
    expect(latin.stdout).toMatch(/in\.csv, line 2: bytes that are not UTF-8/);
  });
});
