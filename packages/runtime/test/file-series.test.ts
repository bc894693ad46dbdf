import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

test("a number that does not follow the newest is not made, however old", () => {
  const files = new FileSeries(tempFolder(), { keep: 2, durable: false });
  for (let n = 1; n <= 5; n++) expect(files.create(n, "x")).toBe(true);
  expect(files.numbers()).toEqual([4, 5]);
  expect(files.create(2, "late")).toBe(false);
  expect(files.create(7, "early")).toBe(false);
  expect(readdirSync(files.folder).toSorted().at(-1)).toBe("00000005.json");
  expect(readdirSync(files.folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("a number that somebody is about to make is not removed: it would be free again", () => {
  const files = new FileSeries(tempFolder(), { keep: 2, durable: false });
  const partial = join(files.folder, ".2.of-a-process-that-sleeps.part");
  writeFileSync(partial, "late");
  for (let n = 1; n <= 5; n++) files.create(n, "x");
  expect(files.numbers()).toEqual([2, 4, 5]);
  // An hour later it is nobody's, and its process could not use it any more.
  utimesSync(partial, 1, 1);
  files.create(6, "x");
  files.create(7, "x");
  expect(files.numbers()).toEqual([6, 7]);
});

test("files of other names are nobody's business", () => {
  const files = new FileSeries(tempFolder(), { keep: 2, durable: true });
  expect(files.create(1, "x")).toBe(true);
  for (const name of ["00000007 (copy).json", "00000008.json.bak", "9.json", "00000000.json"]) {
    writeFileSync(`${files.folder}/${name}`, "?");
  }
  expect(files.numbers()).toEqual([1]);
});
