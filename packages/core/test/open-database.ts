import { join } from "node:path";
import { onTestFinished } from "vitest";
import { DATABASE_FILE, RunDatabase } from "../src/index.ts";
import type { DatabaseSettings } from "../src/index.ts";
import { tempFolder } from "./temp-folder.ts";

/** A run database in a folder of its own, closed when the test has finished. */
export async function openDatabase(
  settings: DatabaseSettings = {},
  folder: string = tempFolder(),
): Promise<RunDatabase> {
  const file = join(folder, DATABASE_FILE);
  const database = await RunDatabase.open(file, settings, { files: [], directories: [folder] });
  onTestFinished(() => database.close());
  return database;
}
