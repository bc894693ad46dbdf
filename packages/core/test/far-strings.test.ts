import { expect, test } from "vitest";
import type { SqlConnection } from "../src/index.ts";
import { openDatabase } from "./open-database.ts";

/** Of 13 bytes and more, so that DuckDB keeps it outside of its vector; every fifth is short, every seventh NULL. */
function textOf(row: number): string | null {
  if (row % 7 === 0) return null;
  return row % 5 === 0 ? `s${row}` : `žluťoučký ${row} ${"x".repeat(row % 300)}`;
}

const TEXT = `CASE WHEN i % 7 = 0 THEN NULL WHEN i % 5 = 0 THEN 's' || i
  ELSE 'žluťoučký ' || i || ' ' || repeat('x', (i % 300)::INTEGER) END`;
const ROWS = 5000;

test.each([
  ["made by the query", `SELECT i, ${TEXT} AS t FROM range(${ROWS}) r(i)`],
  ["out of a table", "SELECT i, t FROM texts"],
  ["sorted", "SELECT i, t FROM texts ORDER BY hash(i)"],
  [
    "joined, so that values share their memory",
    "SELECT b.i, b.t FROM texts a JOIN texts b ON b.i = a.i % 100",
  ],
  ["filtered", "SELECT i, t FROM texts WHERE i % 3 = 1"],
  ["of a dictionary", "SELECT (i % 50) AS i, (SELECT t FROM texts x WHERE x.i = y.i % 50) AS t FROM texts y"],
  ["bytes", "SELECT i, encode(t) AS t FROM texts"],
  ["in lists", "SELECT i, [t, NULL, t][1] AS t FROM texts"],
])("far strings %s are read as they are", async (_name, sql) => {
  const database = await openDatabase();
  const connection: SqlConnection = await database.connect();
  await connection.run(`CREATE TABLE texts AS SELECT i, ${TEXT} AS t FROM range(${ROWS}) r(i)`);
  let rows = 0;
  for await (const { rowCount, columns } of connection.stream(sql)) {
    const [numbers, texts] = columns;
    // Backwards as well: whoever reads may begin anywhere.
    const order = Array.from({ length: rowCount }, (_, at) => at);
    for (const row of [...order, ...order.toReversed()]) {
      const cell = texts?.get(row) ?? null;
      const text = cell instanceof Uint8Array ? Buffer.from(cell).toString("utf8") : cell;
      expect(text).toBe(textOf(Number(numbers?.get(row))));
    }
    rows += rowCount;
  }
  expect(rows).toBeGreaterThan(ROWS / 4);
});

test("a cell of bytes is the caller's own", async () => {
  const database = await openDatabase();
  const connection = await database.connect();
  const found = await connection.run("SELECT encode('0123456789abcdef' || i) AS b FROM range(3) r(i)");
  const cells = found.rows.map(({ b }) => b as Uint8Array);
  cells[0]?.fill(0);
  expect(Buffer.from(cells[1] ?? []).toString()).toBe("0123456789abcdef1");
  expect(cells.map((cell) => cell.byteLength === cell.buffer.byteLength)).toEqual([true, true, true]);
});
