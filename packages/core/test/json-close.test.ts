import { describe, expect, test } from "vitest";
import {
  StepTables,
  stateText,
  type JsonRow,
  type JsonTableOptions,
  type RunDatabase,
} from "../src/index.ts";
import { jsonTable, shape, type JsonTable } from "./json-table.ts";
import { openDatabase } from "./open-database.ts";

const close = (
  pages: readonly (readonly JsonRow[])[],
  columns: readonly string[],
  options: JsonTableOptions = {},
): Promise<JsonTable> => jsonTable(pages, options, openDatabase(), { columns });

const again = (database: RunDatabase): Promise<StepTables> =>
  StepTables.open(database, "films", { identity: "same" });

describe("close({ columns })", () => {
  test("puts these first, and the others behind them as they appeared", async () => {
    const rows = [{ a: 1, b: "x" }, { c: true }, { d: 1.5, a: 2 }];
    const table = await close([rows], ["d", "b"]);
    expect(shape(table)).toEqual(["d DOUBLE", "b VARCHAR", "a BIGINT", "c BOOLEAN"]);
    expect(table.rows).toEqual([
      { d: null, b: "x", a: 1n, c: null },
      { d: null, b: null, a: null, c: true },
      { d: 1.5, b: null, a: 2n, c: null },
    ]);
  });

  test("adds columns for names that no row has, and the schema says so", async () => {
    const table = await close([[{ a: 1 }, { a: null }]], ["nowhere", "a", "Nowhere_2"]);
    expect(table.schema).toEqual([
      { name: "nowhere", type: "VARCHAR", reason: "no row has it" },
      { name: "a", type: "BIGINT", reason: "1 integers" },
      { name: "Nowhere_2", type: "VARCHAR", reason: "no row has it" },
    ]);
    expect(table.rows).toEqual([
      { nowhere: null, a: 1n, Nowhere_2: null },
      { nowhere: null, a: null, Nowhere_2: null },
    ]);
  });

  test("makes a table without rows", async () => {
    const table = await close([], ["b", "a"]);
    expect(shape(table)).toEqual(["b VARCHAR", "a VARCHAR"]);
    expect(table.rows).toEqual([]);
    expect(shape(await close([[]], ["b"]))).toEqual(["b VARCHAR"]);
  });

  test("leaves declared columns their types", async () => {
    const options = {
      columns: [
        { name: "x", type: "HUGEINT" },
        { name: "y", type: "DATE" },
      ],
    };
    const table = await close([[{ z: 1, x: 1 }]], ["z", "y"], options);
    expect(shape(table)).toEqual(["z BIGINT", "y DATE", "x HUGEINT"]);
    expect(table.rows).toEqual([{ z: 1n, y: null, x: 1n }]);
  });

  test("gives a name to the key that is it, and another to one that differs in case", async () => {
    const table = await close([[{ id: 1, ID: 2 }]], ["ID"]);
    expect(table.rows).toEqual([{ ID: 2n, id_2: 1n }]);
    expect((await close([[{ id: 1 }]], ["Id"])).rows).toEqual([{ Id: null, id_2: 1n }]);
  });

  test("orders rows that did not fit their staged columns", async () => {
    const page = Array.from({ length: 3000 }, (_, n) => ({ a: n, b: `${n}` }));
    const table = await close([page, [{ a: "x", c: 1 }]], ["c", "b", "a"]);
    expect(shape(table)).toEqual(["c BIGINT", "b VARCHAR", "a JSON"]);
    expect(table.rows[2999]).toEqual({ c: null, b: "2999", a: "2999" });
    expect(table.rows.at(-1)).toEqual({ c: 1n, b: null, a: '"x"' });
  });

  test("refuses a name twice, also in another case", async () => {
    for (const second of ["id", "ID"]) {
      await expect(close([[{ id: 1 }]], ["id", "a", second])).rejects.toMatchObject({ code: "table.misuse" });
    }
  });

  test("refuses a name whose values are in _extra, and no other", async () => {
    const rows = [[{ a: 1, b: 2, late: 3, 'o"dd': 4 }]];
    await expect(close(rows, ["b", "late", 'o"dd'], { maxColumns: 2 })).rejects.toMatchObject({
      code: "table.too_many_columns",
      message: expect.stringMatching(/"late".*"o\\"dd"|"o\\"dd".*"late"/) as string,
    });
    const table = await close(rows, ["b", "nowhere"], { maxColumns: 2 });
    expect(table.rows).toEqual([{ b: 2n, nowhere: null, a: 1n, _extra: '{"late":3,"o\\"dd":4}' }]);
  });

  test("goes on after a checkpoint, before the first row and after some", async () => {
    for (const pages of [[], [[{ a: 1, b: 1 }]]]) {
      const database = await openDatabase();
      const tables = await again(database);
      const writer = tables.createJson({});
      for (const page of pages) await writer.append(page);
      await tables.checkpoint(stateText(1));
      await writer.append([{ lost: 1 }]);
      await tables.discard();

      const resumed = await again(database);
      const second = resumed.createJson({});
      await second.append([{ b: 2, c: 3 }]);
      await second.close({ columns: ["c", "nowhere", "b"] });
      await resumed.checkpoint(stateText(2));
      await resumed.discard();

      const third = await again(database);
      await third.createJson({}).close({ columns: ["c", "nowhere", "b"] });
      await third.publish(await third.seal());
      const { rows } = await database.query("FROM films");
      const last = { c: 3n, nowhere: null, b: 2n };
      expect(rows).toEqual(
        pages.length === 0
          ? [last]
          : [
              { c: null, nowhere: null, b: 1n, a: 1n },
              { ...last, a: null },
            ],
      );
    }
  });
});
