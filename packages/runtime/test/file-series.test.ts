import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FileSeries } from "../src/file-series.ts";
import { tempFolder } from "./temp-folder.ts";

test("a number is made once; the newest counts, by number and not by name", () => {
  const files = new FileSeries(tempFolder(), { keep: 3, durable: false });
  expect(files.newest()).toBe(0);
  writeFileSync(files.path(99_999_999), "a");
  expect(files.create(100_000_000, "b")).toBe(true);
  expect(files.create(100_000_000, "c")).toBe(false);
  expect(files.newest()).toBe(100_000_000);
  expect(readFileSync(files.path(100_000_000), "utf8")).toBe("b");
});

test("a number that others have made and removed again is not free", () => {
  const folder = tempFolder();
  const files = new FileSeries(folder, { keep: 2, durable: false });
  for (let n = 1; n <= 5; n++) expect(files.create(n, "x")).toBe(true);
  expect(files.numbers()).toEqual([4, 5]);
  // As one would try it who has read version 1, and slept.
  expect(files.create(2, "late")).toBe(false);
  expect(files.newest()).toBe(5);
  expect(files.numbers()).not.toContain(2);
});

test("files of other names are nobody's business", () => {
  const files = new FileSeries(tempFolder(), { keep: 2, durable: true });
  expect(files.create(1, "x")).toBe(true);
  for (const name of ["00000007 (copy).json", "00000008.json.bak", "9.json", "00000000.json"]) {
    writeFileSync(`${files.folder}/${name}`, "?");
  }
  expect(files.numbers()).toEqual([1]);
});
