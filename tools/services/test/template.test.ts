import { randomUUID } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "vitest";

import { sharedFolder, sharedRoot } from "../src/template.ts";

test("is built once, and then found", async () => {
  const id = randomUUID();
  let builds = 0;
  const build = async (folder: string): Promise<void> => {
    builds++;
    await writeFile(path.join(folder, "file"), "content");
  };
  const folder = await sharedFolder(["test", id], build);
  expect(await sharedFolder(["test", id], build)).toBe(folder);
  expect(await readFile(path.join(folder, "file"), "utf8")).toBe("content");
  expect(builds).toBe(1);
  await rm(folder, { recursive: true });
});

test("built by several at the same time, is whole and one", async () => {
  const id = randomUUID();
  const building: string[] = [];
  const build = async (folder: string): Promise<void> => {
    building.push(folder);
    await writeFile(path.join(folder, "first"), "");
    await sleep(20 * building.length);
    await writeFile(path.join(folder, "last"), "");
  };
  const folders = await Promise.all([1, 2, 3].map(() => sharedFolder(["test", id], build)));
  const [folder = ""] = folders;
  expect(new Set(folders).size).toBe(1);
  expect(readdirSync(folder).sort()).toEqual(["first", "last"]);
  expect(building).toHaveLength(3);
  expect(building.filter((left) => existsSync(left))).toEqual([]);
  await rm(folder, { recursive: true });
});

test("whose build fails, is not there", async () => {
  const id = randomUUID();
  let building = "";
  await expect(
    sharedFolder(["test", id], (folder) => {
      building = folder;
      return Promise.reject(new Error("out of bricks"));
    }),
  ).rejects.toThrow("out of bricks");
  expect(path.dirname(building)).toBe(sharedRoot());
  expect(existsSync(building)).toBe(false);
});
