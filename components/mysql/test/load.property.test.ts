import { useServer } from "@osiris/services";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { append, execute, rowsOf } from "./load-fixture.ts";
import { testServer } from "./server.ts";

const server = useServer(testServer());

const ROWS = 60;
const RUNS = Number(process.env["OSIRIS_FUZZ_RUNS"] ?? 4);

/** A value in DuckDB's SQL, and in the server's. */
interface Both {
  readonly ours: string;
  readonly theirs: string;
}

/** A type of DuckDB's, a column that holds all its values, and such values. */
interface Kind {
  readonly type: string;
  readonly column: string;
  readonly values: fc.Arbitrary<Both>;
}

const hexOf = (text: string | Uint8Array): string => Buffer.from(text).toString("hex");
const sign = (value: bigint, digits: number): string => {
  const text = String(value < 0n ? -value : value).padStart(digits + 1, "0");
  return `${value < 0n ? "-" : ""}${text.slice(0, -digits)}.${text.slice(-digits)}`;
};
const pad = (value: number, width: number): string => String(value).padStart(width, "0");

function whole(type: string, column: string, min: bigint, max: bigint): Kind {
  const values = fc
    .oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max, 0n, 1n))
    .map((value) => ({ ours: `'${value}'`, theirs: String(value) }));
  return { type, column, values };
}

const texts = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.string({
      unit: fc.constantFrom("\\", "'", '"', "\t", "\n", "\r", "\0", "N", "\u001A", " ", ",", "😀"),
      maxLength: 12,
    }),
  )
  .filter((text) => text.isWellFormed())
  // DuckDB's literals end at a NUL; the server's JSON and text take all.
  .map((text) => ({
    ours: `decode(unhex('${hexOf(text)}'))`,
    theirs: `CONVERT(X'${hexOf(text)}' USING utf8mb4)`,
  }));

const doubles = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, 5e-324, 1.7976931348623157e308, 0.1, 1e22),
  )
  .map((value) => ({ ours: `'${value}'`, theirs: `CAST('${value}' AS DOUBLE)` }));

const floats = fc
  .float({ noNaN: true, noDefaultInfinity: true })
  .map((value) => ({ ours: `'${value}'`, theirs: `CAST('${value}' AS DOUBLE)` }));

const moments = fc
  .record({
    year: fc.integer({ min: 1, max: 9999 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 59 }),
    micros: fc.integer({ min: 0, max: 999_999 }),
  })
  .map((at) => ({
    date: `${pad(at.year, 4)}-${pad(at.month, 2)}-${pad(at.day, 2)}`,
    time: `${pad(at.hour, 2)}:${pad(at.minute, 2)}:${pad(at.second, 2)}.${pad(at.micros, 6)}`,
  }));
const literal = (text: string): Both => ({ ours: `'${text}'`, theirs: `'${text}'` });

const spans = fc.bigInt({ min: -3_020_399_000_000n, max: 3_020_399_000_000n }).map((micros) => {
  const total = micros < 0n ? -micros : micros;
  const clock = [total / 3_600_000_000n, (total / 60_000_000n) % 60n, (total / 1_000_000n) % 60n].map(
    (part) => pad(Number(part), 2),
  );
  const text = `${micros < 0n ? "-" : ""}${clock.join(":")}.${pad(Number(total % 1_000_000n), 6)}`;
  return { ours: `to_microseconds(${micros})`, theirs: `'${text}'` };
});

/** MariaDB 10.11 does not know the newest versions. */
const uuids = fc.uuid({ version: [1, 4] });

const KINDS: readonly Kind[] = [
  whole("TINYINT", "TINYINT", -128n, 127n),
  whole("USMALLINT", "SMALLINT UNSIGNED", 0n, 65_535n),
  whole("INTEGER", "INT", -(2n ** 31n), 2n ** 31n - 1n),
  whole("BIGINT", "BIGINT", -(2n ** 63n), 2n ** 63n - 1n),
  whole("UBIGINT", "BIGINT UNSIGNED", 0n, 2n ** 64n - 1n),
  whole("UBIGINT", "BIT(64)", 0n, 2n ** 64n - 1n),
  whole("HUGEINT", "DECIMAL(65,0)", -(2n ** 127n), 2n ** 127n - 1n),
  whole("UHUGEINT", "DECIMAL(65,0)", 0n, 2n ** 128n - 1n),
  whole("BIGNUM", "DECIMAL(65,0)", -(10n ** 60n), 10n ** 60n),
  {
    type: "BOOLEAN",
    column: "TINYINT(1)",
    values: fc.boolean().map((value) => ({ ours: `'${value}'`, theirs: value ? "1" : "0" })),
  },
  {
    type: "DECIMAL(38,12)",
    column: "DECIMAL(65,30)",
    values: fc
      .bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n })
      .map((value) => literal(sign(value, 12))),
  },
  { type: "DOUBLE", column: "DOUBLE", values: doubles },
  { type: "FLOAT", column: "FLOAT", values: floats },
  { type: "VARCHAR", column: "TEXT", values: texts },
  { type: "VARCHAR", column: "VARBINARY(200)", values: texts },
  {
    type: "BLOB",
    column: "BLOB",
    values: fc
      .uint8Array({ maxLength: 30 })
      .map((bytes) => ({ ours: `unhex('${hexOf(bytes)}')`, theirs: `X'${hexOf(bytes)}'` })),
  },
  {
    type: "BIT",
    column: "BIT(64)",
    values: fc
      .string({ unit: fc.constantFrom("0", "1"), minLength: 1, maxLength: 64 })
      .map((bits) => ({ ours: `'${bits}'`, theirs: `b'${bits}'` })),
  },
  { type: "DATE", column: "DATE", values: moments.map(({ date }) => literal(date)) },
  {
    type: "TIMESTAMP",
    column: "DATETIME(6)",
    values: moments.map(({ date, time }) => literal(`${date} ${time}`)),
  },
  {
    type: "TIMESTAMPTZ",
    column: "DATETIME(6)",
    values: moments.map(({ date, time }) => ({ ours: `'${date} ${time}+00'`, theirs: `'${date} ${time}'` })),
  },
  { type: "TIME", column: "TIME(6)", values: moments.map(({ time }) => literal(time)) },
  { type: "INTERVAL", column: "TIME(6)", values: spans },
  { type: "UUID", column: "UUID", values: uuids.map(literal) },
  {
    type: "UUID",
    column: "BINARY(16)",
    values: uuids.map((text) => ({ ours: `'${text}'`, theirs: `UNHEX('${text.replaceAll("-", "")}')` })),
  },
  {
    type: "STRUCT(t VARCHAR, n BIGINT[])",
    column: "LONGTEXT",
    values: fc
      .tuple(fc.stringMatching(/^[\w ,:"]{0,10}$/), fc.array(fc.maxSafeInteger(), { maxLength: 3 }))
      .map(([t, n]) => ({
        ours: `{'t': '${t}', 'n': [${n.join(", ")}]::BIGINT[]}`,
        theirs: `CONVERT(X'${hexOf(JSON.stringify({ t, n }))}' USING utf8mb4)`,
      })),
  },
];

const rows = fc.array(
  fc.tuple(...KINDS.map(({ values }) => fc.option(values, { nil: undefined, freq: 8 }))),
  { minLength: 1, maxLength: ROWS },
);

const columns = KINDS.map(({ column }, at) => `c${at} ${column} NULL`).join(", ");

test(
  "random rows of all types are in the table as the server itself writes them, by both routes",
  { timeout: 20_000 * RUNS },
  async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (cells) => {
        for (const name of ["wanted", "by_load_data", "by_insert"]) {
          await execute(
            server,
            `CREATE OR REPLACE TABLE ${name} (id INT PRIMARY KEY, ${columns}) CHARACTER SET utf8mb4 ROW_FORMAT=DYNAMIC`,
          );
        }
        const theirs = cells.map(
          (row, id) => `(${id}, ${row.map((cell) => cell?.theirs ?? "NULL").join(", ")})`,
        );
        await execute(server, `INSERT INTO wanted VALUES ${theirs.join(", ")}`);
        const ours = cells.map((row, id) => {
          const values = row.map(
            (cell, at) => `CAST(${cell?.ours ?? "NULL"} AS ${KINDS[at]?.type}) AS c${at}`,
          );
          return `SELECT ${id} AS id, ${values.join(", ")}`;
        });
        for (const load of ["load_data", "insert"]) {
          const run = await append(server, ours.join(" UNION ALL "), {
            table: `by_${load}`,
            load,
            batch_size: 7,
          });
          expect(run.error).toBeUndefined();
          const judged = KINDS.map(
            (
              { type, column },
              at,
            ) => `SELECT '${type} in ${column}' AS kind, w.id, HEX(CONCAT('', w.c${at})) AS wanted, HEX(CONCAT('', k.c${at})) AS found
            FROM wanted w LEFT JOIN by_${load} k USING (id)
            WHERE NOT (w.c${at} <=> k.c${at} AND HEX(CONCAT('', w.c${at})) <=> HEX(CONCAT('', k.c${at})))`,
          );
          expect(await rowsOf(server, judged.join(" UNION ALL "))).toEqual([]);
        }
      }),
      { numRuns: RUNS },
    );
  },
);
