import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { MAX_DEPTH, MAX_FOLDERS, walkFolder } from "../src/connection/walk-folder.ts";

function folderWith(...files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "osiris-walk-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "");
  }
  return folder;
}

const { signal } = new AbortController();

test("finds files at any level in the order of their names, and no hidden ones", async () => {
  const folder = folderWith("b.csv", "a/z.csv", "a/b/c.csv", ".git/d.csv", ".e.csv", "f.txt");
  expect(await walkFolder(folder, /\.csv$/, signal)).toEqual({ names: ["a/b/c.csv", "a/z.csv", "b.csv"] });
});

test("follows links to files, and none to folders: they may lead in a circle", async () => {
  const folder = folderWith("a/b.csv");
  symlinkSync(join(folder, "a/b.csv"), join(folder, "link.csv"));
  symlinkSync(join(folder, "gone.csv"), join(folder, "dangling.csv"));
  symlinkSync(folder, join(folder, "a/circle"));
  symlinkSync(folder, join(folder, "folder.csv"));
  expect((await walkFolder(folder, /\.csv$/, signal)).names).toEqual(["a/b.csv", "link.csv"]);
});

test("says where it has stopped", async () => {
  const deep = Array.from({ length: MAX_DEPTH + 1 }, (_, level) => `l${level}`).join("/");
  expect(await walkFolder(folderWith("a.csv", `${deep}/b.csv`), /\.csv$/, signal)).toEqual({
    names: ["a.csv"],
    incomplete: "folders more than 8 levels down were left out",
  });
  const wide = folderWith("z.csv", ...Array.from({ length: MAX_FOLDERS }, (_, n) => `d${n}/x.txt`));
  expect(await walkFolder(wide, /\.csv$/, signal)).toEqual({
    names: ["z.csv"],
    incomplete: "only 1000 folders were looked into",
  });
});

test("stops when nobody waits for it any more", async () => {
  await expect(walkFolder(folderWith("a.csv"), /\.csv$/, AbortSignal.abort())).rejects.toThrow(/abort/i);
});
