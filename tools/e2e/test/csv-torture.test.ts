import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { osiris } from "../src/osiris.ts";
import { pipeline } from "../src/project.ts";

interface Case {
  readonly csv: string | Uint8Array;
  readonly read?: string;
  /** What is written when it is read; the file itself by default. */
  readonly out?: string;
  readonly types?: string;
}

/** Reads all files in one run, and writes each again: a value that was changed on the way shows in the text. */
function copied(cases: Readonly<Record<string, Case>>): (name: string) => { text: string; types: string } {
  const names = Object.keys(cases);
  let folder = "";
  let types: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    const steps = names.map(
      (name, index) => `  - id: t${index}
    component: filesystem.csv_extractor
    mode: read
    config: { path: in${index}.csv${cases[name]?.read ?? ""} }
    needs: []
  - id: w${index}
    component: filesystem.csv_writer
    mode: write
    config: { path: out/${index}.csv }
`,
    );
    folder = mkdtempSync(join(tmpdir(), "osiris-csv-"));
    writeFileSync(join(folder, "pipeline.yaml"), pipeline(steps.join("")));
    names.forEach((name, index) => writeFileSync(join(folder, `in${index}.csv`), cases[name]?.csv ?? ""));
    const run = await osiris(folder, "run", "pipeline.yaml");
    expect(run.stdout).toMatch(/succeeded/);
    const sql = `SELECT table_name, string_agg(data_type, ' ' ORDER BY column_index) AS types FROM duckdb_columns()
      WHERE schema_name = 'main' GROUP BY table_name`;
    const { stdout } = await osiris(folder, "query", sql, "--json");
    const { rows } = JSON.parse(stdout) as { rows: { table_name: string; types: string }[] };
    types = Object.fromEntries(rows.map((row) => [row.table_name, row.types]));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return (name) => ({
    text: readFileSync(join(folder, `out/${names.indexOf(name)}.csv`), "utf8"),
    types: types[`t${names.indexOf(name)}`] ?? "",
  });
}

const column = (...values: string[]): string => `a\n${values.join("\n")}\n`;

const inferred: Readonly<Record<string, Case>> = {
  "whole numbers": { csv: column("0", "-1", "9223372036854775807"), types: "BIGINT" },
  "the least of 64 bits": { csv: column("-9223372036854775808"), types: "BIGINT" },
  "19 digits that are too many for 64 bits": { csv: column("1", "9223372036854775808"), types: "HUGEINT" },
  "the greatest of 128 bits": { csv: column("170141183460469231731687303715884105727"), types: "HUGEINT" },
  "more than 128 bits": { csv: column("1", "170141183460469231731687303715884105728"), types: "VARCHAR" },
  "a hundred digits": { csv: column("1".repeat(100)), types: "VARCHAR" },
  decimals: { csv: column("1.50", "-0.25", "12.00"), types: "DECIMAL(18,2)" },
  "decimals of several scales": {
    csv: column("1.5", "2", "0.001"),
    out: column("1.500", "2.000", "0.001"),
    types: "DECIMAL(18,3)",
  },
  "38 digits with a point": {
    csv: column("1234567890123456789012345678901234.5678", "-0.0001"),
    types: "DECIMAL(38,4)",
  },
  "39 digits with a point": {
    csv: column("12345678901234567890123456789012345.5678", "-0.0001"),
    types: "VARCHAR",
  },
  "scale and digits that no DECIMAL has together": {
    csv: column("123456789012345678901234567890", "0.1234567890"),
    types: "VARCHAR",
  },
  "a leading zero": { csv: column("1", "007"), types: "VARCHAR" },
  "a leading zero before a point": { csv: column("1.5", "00.5"), types: "VARCHAR" },
  "a plus sign": { csv: column("1", "+1"), types: "VARCHAR" },
  "an exponent": { csv: column("1", "1e5"), types: "VARCHAR" },
  "a number without digits before the point": { csv: column("0.5", ".5"), types: "VARCHAR" },
  "a number without digits after the point": { csv: column("5", "5."), types: "VARCHAR" },
  "a blank before a number": { csv: column("1", " 2"), types: "VARCHAR" },
  "a blank after a number": { csv: column("1", "2 "), types: "VARCHAR" },
  "nan and inf": { csv: column("1", "nan", "inf"), types: "VARCHAR" },
  "thousands of underscores": { csv: column("1", "1_000"), types: "VARCHAR" },
  "digits of another script": { csv: column("1", "١"), types: "VARCHAR" },
  "true and false": { csv: column("true", "false"), types: "BOOLEAN" },
  "True in capitals": { csv: column("true", "True"), types: "VARCHAR" },
  "true and 1": { csv: column("true", "1"), types: "VARCHAR" },
  "yes and no": { csv: column("yes", "no"), types: "VARCHAR" },
  dates: { csv: column("2024-02-29", "0001-01-01", "9999-12-31"), types: "DATE" },
  "a date that does not exist": { csv: column("2024-02-29", "2023-02-29"), types: "VARCHAR" },
  "a date of the year 0": { csv: column("0000-01-01"), types: "VARCHAR" },
  "dates with slashes": { csv: column("2024/01/02"), types: "VARCHAR" },
  "dates of one digit": { csv: column("2024-1-2"), types: "VARCHAR" },
  "dates and times": { csv: column("2024-01-01", "2024-01-01 10:00:00"), types: "VARCHAR" },
  timestamps: { csv: column("2024-01-01 10:00:00", "2024-01-01 23:59:59.123456"), types: "TIMESTAMP" },
  "timestamps with a T": {
    csv: column("2024-01-01T10:00:00"),
    out: column("2024-01-01 10:00:00"),
    types: "TIMESTAMP",
  },
  "seven decimals of a second": { csv: column("2024-01-01 10:00:00.1234567"), types: "VARCHAR" },
  "a time at 24:00": { csv: column("2024-01-01 24:00:00"), types: "VARCHAR" },
  "timestamps with zones": {
    csv: column("2024-01-01 10:00:00Z", "2024-01-01T10:00:00+02:00", "2024-01-01 10:00:00.5-11"),
    out: column("2024-01-01 10:00:00+00", "2024-01-01 08:00:00+00", "2024-01-01 21:00:00.5+00"),
    types: "TIMESTAMP WITH TIME ZONE",
  },
  "one timestamp without a zone": {
    csv: column("2024-01-01 10:00:00Z", "2024-01-01 10:00:00"),
    types: "VARCHAR",
  },
  "numbers in quotes": { csv: 'a\n"1"\n"2"\n', out: column("1", "2"), types: "BIGINT" },
  "an empty text among numbers": { csv: 'a,b\n1,1\n"",2\n', types: "VARCHAR BIGINT" },
  "NULL alone": { csv: "a,b\n,1\n,2\n", types: "VARCHAR BIGINT" },
  "the odd value in the last of 30,000 lines": {
    csv: column(...Array.from({ length: 30_000 }, (_, n) => String(n)), "x"),
    types: "VARCHAR",
  },
  "a fraction in the last of 30,000 lines": {
    csv: `a,b\n${"1,2.50\n".repeat(30_000)}1,2.55\n`,
    types: "BIGINT DECIMAL(18,2)",
  },
  "numbers, told not to": { csv: column("1"), read: ", infer_types: false", types: "VARCHAR" },
  "dates, told not to": { csv: "a,b\n2024-01-01,1\n", read: ", parse_dates: false", types: "VARCHAR BIGINT" },
  "dates, told of which": {
    csv: "a,b\n2024-01-01,2024-01-01\n",
    read: ", parse_dates: [b]",
    types: "VARCHAR DATE",
  },
  "NA for NULL": {
    csv: "a,b\n1,x\nNA,NA\n",
    read: ", na_values: [NA]",
    out: "a,b\n1,x\n,\n",
    types: "BIGINT VARCHAR",
  },
  "NA in quotes is a text": {
    csv: 'a\nNA\n"NA"\n',
    read: ", na_values: [NA]",
    out: "a\n\nNA\n",
    types: "VARCHAR",
  },
};

describe("types are found, and no value is lost:", () => {
  const result = copied(inferred);
  test.each(Object.entries(inferred))("%s", (name, { csv, out, types }) => {
    expect(result(name).text).toBe(out ?? csv);
    expect(result(name).types).toBe(types);
  });
});

const wide = Array.from({ length: 10_000 }, (_, n) => `c${n}`).join(",");
const huge = "x".repeat(90_000_000);
const long = "ž".repeat(5_000_000);

const shapes: Readonly<Record<string, Case>> = {
  "blanks for delimiters, between dates and times": {
    csv: "a b c\n2024-01-01T01:00:00 p q\n2024-01-01 10:00:00 x\n",
    read: ', delimiter: " "',
    out: "a,b,c\n2024-01-01T01:00:00,p,q\n2024-01-01,10:00:00,x\n",
    types: "VARCHAR VARCHAR VARCHAR",
  },
  "points and minus signs for delimiters": {
    csv: "a-b\n1.5-2024\n-7\n",
    read: ", delimiter: '-'",
    out: "a,b\n1.5,2024\n,7\n",
    types: "DECIMAL(18,1) BIGINT",
  },
  "colons for delimiters": { csv: "a:b:c\n10:00:00\n", read: ", delimiter: ':'", out: "a,b,c\n10,00,00\n" },
  "digits for delimiters": {
    csv: "a0b\n102\n",
    read: ", delimiter: '0'",
    out: "a,b\n1,2\n",
    types: "BIGINT BIGINT",
  },
  "a blank line above the header": {
    csv: "\na,b\n1,2\n\n",
    read: ", skip_blank_lines: false",
    out: "a,b\n1,2\n,\n",
  },
  "a byte order mark": { csv: "\uFEFFa,b\n1,2\n", out: "a,b\n1,2\n" },
  "a byte order mark before a quote": { csv: '\uFEFF"a",b\n1,2\n', out: "a,b\n1,2\n" },
  CRLF: { csv: "a,b\r\n1,2\r\n3,4", out: "a,b\n1,2\n3,4\n" },
  "lone CR": { csv: "a,b\r1,2\r3,4\r", out: "a,b\n1,2\n3,4\n" },
  "mixed line ends": { csv: "a,b\n1,2\r\n3,4\r5,6\n", out: "a,b\n1,2\n3,4\n5,6\n" },
  "mixed line ends and quotes": {
    csv: 'a,b\r\n"x\ny",2\n3,"he said ""no"""\r\n',
    out: 'a,b\n"x\ny",2\n3,"he said ""no"""\n',
  },
  "a CR in a field of a file with LF": { csv: 'a,b\n"x\ry",2\n', out: 'a,b\n"x\ry",2\n' },
  "line ends of each kind in quotes": { csv: 'a,b\n"1\r\n2",x\n"1\r2\n\n3",y\n' },
  "one column with blank lines": { csv: "a\n1\n\n\n2\n\n", types: "BIGINT" },
  "one column with blank lines to be left out": {
    csv: "a\n1\n\n\n2\n\n",
    read: ", skip_blank_lines: true",
    out: "a\n1\n2\n",
  },
  "blank lines among records": { csv: "a,b\n\n1,2\n\n\n3,4\n\n", out: "a,b\n1,2\n3,4\n" },
  "blank lines that are records": {
    csv: "a,b\n1,2\n\n3,4\n",
    read: ", skip_blank_lines: false",
    out: "a,b\n1,2\n,\n3,4\n",
  },
  "one column with an empty text": { csv: 'a\n""\n\nx\n' },
  "a header alone": { csv: "a,b,c\n", types: "VARCHAR VARCHAR VARCHAR" },
  "a header without a line end": { csv: "a,b,c", out: "a,b,c\n" },
  "a header over two lines": { csv: '"a\nb",c\n1,2\n' },
  "a header over two lines that end in CRLF": { csv: '"a\r\nb",c\r\n1,2\r\n', out: '"a\r\nb",c\n1,2\n' },
  "10,000 columns": { csv: `${wide}\n${wide}\n` },
  "a record of 90 MB": { csv: `a,b\n${huge},1\n2,3\n` },
  "a field of 10 MB": { csv: `a,b\n${long},1\n2,"${long}"\n`, out: `a,b\n${long},1\n2,${long}\n` },
  "quotes within fields": { csv: 'a,b\n5" pipe,x "y" z\n', out: 'a,b\n"5"" pipe","x ""y"" z"\n' },
  "a blank before a quote": { csv: 'a,b\n1, "x"\n', out: 'a,b\n1," ""x"""\n' },
  "a NUL": { csv: "a,b\nx\u0000y,1\n" },
  comments: { csv: "# top\na,b\n#1,2\n3,4#5\n#\n", read: ", comment: '#'", out: 'a,b\n3,"4#5"\n' },
  "lines above the header": {
    csv: 'Report "May\n\na,b\n1,2\n',
    read: ", skip_rows: 2",
    out: "a,b\n1,2\n",
  },
  "a header in line 3": { csv: "x\ny\na,b\n1,2\n", read: ", header: 2", out: "a,b\n1,2\n" },
  "no header": { csv: "1,2\n3,4\n", read: ", header: false", out: "column1,column2\n1,2\n3,4\n" },
  "no header, but names": {
    csv: "1,2\n3,4\n",
    read: ", header: false, columns: [x, y]",
    out: "x,y\n1,2\n3,4\n",
  },
  "a limit": { csv: "a,b\n1,2\n3,4\n5\n", read: ", limit: 2", out: "a,b\n1,2\n3,4\n" },
  "single quotes": {
    csv: "a,b\n'x,\"y',1\n'it''s',2\n",
    read: `, quote: "'"`,
    out: 'a,b\n"x,""y",1\nit\'s,2\n',
  },
  "no quotes at all": {
    csv: 'a\tb\n"x\ty"\n',
    read: `, delimiter: "\\t", quote: ""`,
    out: 'a,b\n"""x","y"""\n',
  },
  gzip: { csv: gzipSync("a,b\n1,2\n"), out: "a,b\n1,2\n" },
  "gzip in two parts": {
    csv: Buffer.concat([gzipSync("a,b\n1,2\n"), gzipSync("3,4\n")]),
    out: "a,b\n1,2\n3,4\n",
  },
  "gzip with mixed line ends": { csv: gzipSync("a,b\r\n1,2\n"), out: "a,b\n1,2\n" },
  zstd: { csv: zstdCompressSync("a,b\n1,2\n"), read: ", compression: zstd", out: "a,b\n1,2\n" },
  "UTF-16": {
    csv: Buffer.from("\uFEFFa,b\nž,🐎\n", "utf16le"),
    read: ", encoding: utf-16",
    out: "a,b\nž,🐎\n",
  },
  "UTF-16, big end first": {
    csv: Buffer.from("\uFEFFa,b\nž,🐎\n", "utf16le").swap16(),
    read: ", encoding: utf-16",
    out: "a,b\nž,🐎\n",
  },
  "Latin-1": {
    csv: Buffer.from("a\ncafé\u0085\n", "latin1"),
    read: ", encoding: latin-1",
    out: "a\ncafé\u0085\n",
  },
  "windows-1250": { csv: Buffer.from([97, 10, 0x9e, 10]), read: ", encoding: windows-1250", out: "a\nž\n" },
  ASCII: { csv: "a\nx\n", read: ", encoding: ascii" },
};

describe("no value is lost in a file with", () => {
  const result = copied(shapes);
  test.each(Object.entries(shapes))("%s", (name, { csv, out, types }) => {
    // Compared outside of expect: of ten megabytes it would make a report for minutes.
    const { text } = result(name);
    const wanted = out ?? (typeof csv === "string" ? csv : "");
    expect(text.length > 1000 ? text === wanted : text).toBe(text.length > 1000 ? true : wanted);
    expect(result(name).types).toMatch(types ?? "");
  });
});
