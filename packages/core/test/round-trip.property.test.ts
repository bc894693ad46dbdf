import * as fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { arbitraryColumn } from "./arbitrary-columns.ts";
import { openDatabase } from "./open-database.ts";
import { readColumns, writeRows } from "./write-and-read.ts";

/** The short form; the full one is `OSIRIS_FUZZ_RUNS=2000 npx vitest run --project @osiris/core property`. */
const RUNS = Number(process.env["OSIRIS_FUZZ_RUNS"] ?? 60);
const ownZone = process.env["TZ"];

afterEach(() => {
  if (ownZone === undefined) delete process.env["TZ"];
  else process.env["TZ"] = ownZone;
});

const tables = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 12 }))
  .chain(([columns, rows]) => fc.array(arbitraryColumn(rows), { minLength: columns, maxLength: columns }));

test.each([
  ["UTC", 0],
  ["Pacific/Kiritimati", -840],
  ["America/St_Johns", 150],
])(
  "what is written is read, whatever the types, in %s",
  async (zone, minutes) => {
    process.env["TZ"] = zone;
    expect(new Date("2000-07-01").getTimezoneOffset()).toBe(minutes);
    const database = await openDatabase();
    await fc.assert(
      fc.asyncProperty(tables, async (columns) => {
        const shape = columns.map(({ type }, index) => ({ name: `c${index}`, type }));
        const rows = (columns[0]?.cells ?? []).map((_, row) =>
          Object.fromEntries(columns.map(({ cells }, index) => [`c${index}`, cells[row]])),
        );
        await writeRows(database, shape, rows);
        expect(await readColumns(database)).toEqual(
          Object.fromEntries(columns.map(({ cells }, index) => [`c${index}`, cells])),
        );
      }),
      { numRuns: RUNS },
    );
  },
  60_000 + RUNS * 500,
);
