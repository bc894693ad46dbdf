import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { BackgroundWriter } from "../src/background-writer.ts";

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), "osiris-writer-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "out");
}

test("what is written arrives in order and whole", async () => {
  const path = file();
  const fd = openSync(path, "w");
  const writer = new BackgroundWriter(fd);
  const lines = Array.from({ length: 10_000 }, (_, n) => `line ${n} 東京\n`);
  for (const line of lines) writer.write(line);
  expect(writer.isBusy).toBe(true);
  await writer.flush();
  expect(writer.isBusy).toBe(false);
  closeSync(fd);
  expect(readFileSync(path, "utf8")).toBe(lines.join(""));
});

test("what waits for too long a time is dropped, and counted", async () => {
  const path = file();
  const fd = openSync(path, "w");
  const writer = new BackgroundWriter(fd, 20);
  for (const text of ["on its way\n", "waits\n", "waits too\n", "too much\n", "too much\n"])
    writer.write(text);
  await writer.flush();
  closeSync(fd);
  expect(readFileSync(path, "utf8")).toBe(
    "on its way\nwaits\nwaits too\n… 2 messages are missing here: nobody read them in time.\n",
  );
});

test("a descriptor that is gone is no error", async () => {
  const fd = openSync(file(), "w");
  const writer = new BackgroundWriter(fd);
  closeSync(fd);
  writer.write("to nobody");
  await writer.flush();
  writer.write("to nobody");
  expect(writer.isBusy).toBe(false);
});
