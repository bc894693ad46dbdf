import * as fc from "fast-check";
import { expect, test } from "vitest";
import { StepTables, type Cell, type TableWriter } from "../src/index.ts";
import { arbitraryColumn } from "./arbitrary-columns.ts";
import { columnMemory } from "./column-memory.ts";
import { openDatabase } from "./open-database.ts";
import { readColumns } from "./write-and-read.ts";

/** The short form; the full one is `OSIRIS_FUZZ_RUNS=2000 npx vitest run --project @osiris/core property`. */
const RUNS = Number(process.env["OSIRIS_FUZZ_RUNS"] ?? 100);

interface Given {
  readonly type: string;
  readonly cells: readonly Cell[];
}

const columns = fc.integer({ min: 1, max: 40 }).chain((rows) =>
  fc.array(
    arbitraryColumn(rows).filter(({ type, cells }) => columnMemory(type, cells) !== undefined),
    { minLength: 1, maxLength: 6 },
  ),
);

/** Writes the rows, some at a time and some of those by rows, and gives what is read. */
async function written(
  given: readonly Given[],
  rows: number,
  byRows: (call: number) => boolean,
): Promise<Readonly<Record<string, readonly Cell[]>>> {
  const count = given[0]?.cells.length ?? 0;
  const database = await openDatabase();
  const tables = await StepTables.open(database, "step");
  const writer = await tables.create(given.map(({ type }, index) => ({ name: `c${index}`, type })));
  for (let start = 0; start < count; start += rows) {
    const slices = given.map(({ type, cells }) => ({ type, cells: cells.slice(start, start + rows) }));
    if (byRows(start / rows)) appendRows(writer, slices);
    else {
      const memory = slices.map(({ type, cells }) => columnMemory(type, cells));
      writer.appendColumns(
        Math.min(rows, count - start),
        memory.filter((data) => data !== undefined),
      );
    }
  }
  await tables.publish(await tables.seal());
  const read = await readColumns(database);
  await database.close();
  return read;
}

function appendRows(writer: TableWriter, given: readonly Given[]): void {
  const rows = given[0]?.cells.length ?? 0;
  for (let row = 0; row < rows; row++)
    writer.append(Object.fromEntries(given.map(({ cells }, index) => [`c${index}`, cells[row]])));
}

test(
  "columns of memory are read as the cells that they hold, whatever their types",
  async () => {
    await fc.assert(
      fc.asyncProperty(columns, fc.integer({ min: 1, max: 40 }), fc.nat(3), async (given, rows, every) => {
        const read = await written(given, rows, (call) => every > 0 && call % (every + 1) === 1);
        expect(read).toEqual(Object.fromEntries(given.map(({ cells }, index) => [`c${index}`, cells])));
      }),
      { numRuns: RUNS },
    );
  },
  60_000 + RUNS * 500,
);
