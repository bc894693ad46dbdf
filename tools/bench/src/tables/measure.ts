/** One measurement in a process of its own: `node measure.ts <work> <shape> <rows> <folder>`. Prints JSON. */
import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { DATABASE_FILE, quoteLiteral, RunDatabase, StepTables, type TableWriter } from "@osiris/core";
import { timed } from "../median.ts";
import { appendBatches, makeBatches, type Batch } from "./memory.ts";
import { appendRows, makeRows, SHAPES, type Row, type Shape } from "./shapes.ts";

/** What one process measures. */
export interface Measurement {
  /** Milliseconds. */
  readonly time: number;
  /** Milliseconds of all threads together: what a busy machine does not change. */
  readonly cpu: number;
  readonly peakMegabytes: number;
  /** Milliseconds of the longest call that kept the event loop waiting; only where a writer was measured. */
  readonly longestCall?: number;
}

export type Work = keyof typeof WORKS;

interface Task {
  readonly shape: Shape;
  readonly count: number;
  /** Made before the clock starts. */
  readonly rows: readonly Row[];
  /** The same rows as columns of memory. */
  readonly batches: readonly Batch[];
  readonly folder: string;
}

/** Where the writer leaves the table for the readers, and its rows as a file. */
const filled = (folder: string): string => join(folder, DATABASE_FILE);
const csv = (folder: string): string => join(folder, "rows.csv");

const WORKS = {
  /** The floor: a process with the rows in memory, that opens and closes a database. */
  idle: async ({ folder }: Task) => {
    await using _ = await open(freshFile(folder), folder);
  },

  /** Fills the table that the readers read, and writes its rows into the file that read_csv reads. */
  prepare: async (task: Task) => {
    await using database = await open(filled(task.folder), task.folder);
    await append(task, database);
    await database.query(`COPY step TO ${quoteLiteral(csv(task.folder))} (HEADER false)`);
  },

  append: async (task: Task) => {
    await using database = await open(freshFile(task.folder), task.folder);
    await append(task, database);
  },

  columns: async ({ shape, count, folder, batches }: Task) => {
    await using database = await open(freshFile(folder), folder);
    const tables = await StepTables.open(database, "step");
    const writer = await tables.create(shape.columns);
    appendBatches(batches, count, (rows, batch) => writer.appendColumns(rows, batch));
    await tables.publish(await tables.seal());
  },

  longest: async (task: Task) => {
    await using database = await open(freshFile(task.folder), task.folder);
    let longest = 0;
    await append(task, database, (row, writer) => {
      const start = performance.now();
      writer.append(row);
      longest = Math.max(longest, performance.now() - start);
    });
    return longest;
  },

  read_csv: async ({ shape, folder }: Task) => {
    await using database = await open(freshFile(folder), folder);
    const tables = await StepTables.open(database, "step");
    const columns = shape.columns
      .map(({ name, type }) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`)
      .join(", ");
    const select = `FROM read_csv(${quoteLiteral(csv(folder))}, auto_detect = false, header = false, columns = {${columns}})`;
    await tables.createAs(select, {}, () => database.connect());
    await tables.publish(await tables.seal());
  },

  copy: async ({ folder }: Task) => {
    await using database = await open(filled(folder), folder);
    await database.query(`COPY step TO ${quoteLiteral(join(folder, "copy.csv"))}`);
  },

  fetch: async ({ folder }: Task) => {
    await using database = await open(filled(folder), folder);
    for await (const batch of database.read("step")) consume(batch.rowCount);
  },

  read: async ({ folder }: Task) => {
    await using database = await open(filled(folder), folder);
    for await (const { rowCount, columns } of database.read("step")) {
      for (let row = 0; row < rowCount; row++) {
        for (const column of columns) consume(column.get(row));
      }
    }
  },
} satisfies Record<string, (task: Task) => Promise<number | void>>;

let last: unknown;
/** Keeps what was read from being optimized away: the last of it is printed. */
function consume(value: unknown): void {
  last = value;
}

async function append(
  { shape, rows, count }: Task,
  database: RunDatabase,
  add: (row: Row, writer: TableWriter) => void = (row, writer) => writer.append(row),
): Promise<void> {
  const tables = await StepTables.open(database, "step");
  const writer = await tables.create(shape.columns);
  appendRows(shape, rows, count, (row) => add(row, writer));
  await tables.publish(await tables.seal());
}

function open(file: string, folder: string): Promise<RunDatabase> {
  return RunDatabase.open(file, {}, { files: [], directories: [folder] });
}

function freshFile(folder: string): string {
  return join(mkdtempSync(join(folder, "run-")), DATABASE_FILE);
}

const [work = "", name = "", count = "", folder = ""] = process.argv.slice(2);
const shape = SHAPES[name];
if (shape === undefined || !Object.hasOwn(WORKS, work)) throw new Error("called wrongly");
const rows = makeRows(shape);
const batches = makeBatches(shape, rows);
const task: Task = { shape, count: Number(count), rows, batches, folder };
let longestCall: number | void = undefined;
const before = process.cpuUsage();
const time = await timed(async () => {
  longestCall = await WORKS[work as Work](task);
});
const { user, system } = process.cpuUsage(before);
const cpu = (user + system) / 1000;
const peakMegabytes = process.resourceUsage().maxRSS / 1024;
process.stdout.write(JSON.stringify({ time, cpu, peakMegabytes, longestCall, last: typeof last }));
