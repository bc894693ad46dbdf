import { useServer } from "@osiris/services";
import { expect, test } from "vitest";
import { counts, writing } from "./writing.ts";
import { testServer } from "./server.ts";

const server = useServer(testServer());

test("many rows go in many statements; those that are refused are found among them", async () => {
  const { client, write, rows, values } = await writing(server);
  await client.query(
    `CREATE TABLE m1 (id BIGINT PRIMARY KEY, v BIGINT UNIQUE);
     INSERT INTO m1 SELECT seq, -seq FROM seq_0_to_49999_step_2; INSERT INTO m1 VALUES (-1, 20000), (-2, 40001)`,
  );
  // 20,000 is an update at the beginning of a statement's rows, 40,001 an insert within them.
  const run = await write("SELECT range AS id, range AS v FROM range(50001)", {
    table: "m1",
    mode: "upsert",
    primary_key: ["id"],
    on_row_error: "reject",
  });
  expect(run.error).toBeUndefined();
  expect(counts(run)).toEqual([49_999, 2, 0]);
  expect(run.metrics).toMatchObject({ "mysql.rows_matched": 24_999, "mysql.rows_inserted": 25_000 });
  expect(await run.values("SELECT row->>'id' FROM target__rejects ORDER BY 1")).toEqual(["20000", "40001"]);
  expect(await rows("SELECT id, v FROM m1 WHERE id <> v ORDER BY id")).toEqual([
    ["-2", "40001"],
    ["-1", "20000"],
    ["20000", "-20000"],
  ]);
  expect(await values("SELECT COUNT(*) FROM m1")).toEqual(["50002"]);
});

test("many keys with two spellings each are no key with many", async () => {
  const { client, write, values } = await writing(server);
  await client.query("CREATE TABLE m3 (k VARCHAR(20) COLLATE utf8mb4_general_ci PRIMARY KEY)");
  const run = await write("SELECT chr(65 + 32 * (i % 2)::INT) || i // 2 AS k FROM range(201000) t(i)", {
    table: "m3",
    mode: "upsert",
    primary_key: ["k"],
    on_row_error: "reject",
  });
  expect(counts(run)).toEqual([100_500, 100_500, 0]);
  expect(await values("SELECT COUNT(*) FROM m3 WHERE k COLLATE utf8mb4_bin LIKE 'a%'")).toEqual(["100500"]);
});

/** Numbers that look random and are the same each time. */
function* randomNumbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state;
  }
}

test.each([1, 2, 3, 4])("rows of random keys, order and deletes end as they should: %d", async (seed) => {
  const { client, write, rows } = await writing(server);
  const random = randomNumbers(seed);
  const pick = (below: number): number => (random.next().value >> 8) % below;
  const deletes = seed % 2 === 0;
  await client.query(
    "CREATE OR REPLACE TABLE m2 (a BIGINT, b VARCHAR(9), o BIGINT, n BIGINT, PRIMARY KEY (a, b))",
  );
  const expected = new Map<string, readonly [o: number | null, n: number]>();
  for (let round = 0; round < 3; round++) {
    const input = Array.from({ length: 1 + pick(150) }, (_, n) => ({
      key: `${pick(8)} x${pick(6)}`,
      o: pick(5) === 0 ? null : pick(4),
      n: round * 1000 + n,
    }));
    const winners = new Map<string, (typeof input)[number]>();
    for (const row of input) {
      const before = winners.get(row.key);
      if (before === undefined || (row.o ?? -1) >= (before.o ?? -1)) winners.set(row.key, row);
    }
    if (deletes) expected.clear();
    for (const { key, o, n } of winners.values()) expected.set(key, [o, n]);
    const values = input.map(({ key, o, n }) => `('${key}', ${o}, ${n})`).join(", ");
    const run = await write(
      `SELECT split_part(k, ' ', 1)::BIGINT AS a, split_part(k, ' ', 2) AS b, o, n FROM (VALUES ${values}) AS t(k, o, n)`,
      {
        table: "m2",
        mode: "upsert",
        primary_key: ["a", "b"],
        order_by: ["o"],
        delete_missing: deletes ? "hard" : "none",
      },
    );
    expect(run.error).toBeUndefined();
    expect(counts(run)).toEqual([winners.size, 0, input.length - winners.size]);
  }
  const found = await rows("SELECT CONCAT(a, ' ', b), o, n FROM m2 ORDER BY 1");
  const wanted = [...expected].map(([key, [o, n]]) => [key, o === null ? null : String(o), String(n)]);
  expect(found).toEqual(wanted.toSorted(([one], [other]) => (String(one) < String(other) ? -1 : 1)));
});
