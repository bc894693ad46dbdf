import { useServer } from "@osiris/services";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { mysqlProject, type TestStep } from "./pipeline.ts";
import { connectionConfig, environmentOf, openClient, testServer } from "./server.ts";

const server = useServer(testServer());
const RUNS = Number(process.env["OSIRIS_FUZZ_RUNS"] ?? 8);
/** Tables that one run reads. */
const TABLES = 4;

/** A type, and SQL of values of it. */
interface ColumnKind {
  readonly mysql: string;
  readonly value: fc.Arbitrary<string>;
}

interface RandomTable {
  readonly kinds: readonly ColumnKind[];
  /** SQL of each value. */
  readonly rows: readonly (readonly string[])[];
}

const whole = (mysql: string, min: bigint, max: bigint): ColumnKind => ({
  mysql,
  value: fc.bigInt({ min, max }).map(String),
});
const quoted = (value: fc.Arbitrary<Uint8Array>): fc.Arbitrary<string> =>
  value.map((bytes) => `x'${Buffer.from(bytes).toString("hex")}'`);
/** Of any characters: as many as MySQL counts. */
const text = (maxLength: number): fc.Arbitrary<string> =>
  quoted(fc.string({ unit: "binary", maxLength }).map((letters) => Buffer.from(letters))).map(
    (hex) => `CONVERT(${hex} USING utf8mb4)`,
  );
const digits = (count: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.nat(9).map(String), minLength: 1, maxLength: count });
const two = (max: number): fc.Arbitrary<string> => fc.nat(max).map((value) => String(value).padStart(2, "0"));
const year = fc.nat(9999).map((value) => String(value).padStart(4, "0"));
const fraction = fc.nat(999_999).map((value) => String(value).padStart(6, "0"));
/** Also what no calendar has; the server keeps such with an empty sql_mode and ALLOW_INVALID_DATES. */
const date = fc.tuple(year, two(12), two(31)).map((parts) => parts.join("-"));
const clock = fc.tuple(two(23), two(59), two(59)).map((parts) => parts.join(":"));

const decimal = fc
  .tuple(fc.integer({ min: 1, max: 45 }), fc.nat(30))
  .filter(([width, scale]) => scale <= width)
  .map(([width, scale]): ColumnKind => {
    const wholeDigits = width === scale ? fc.constant("0") : digits(width - scale);
    const number = fc.tuple(
      fc.constantFrom("", "-"),
      wholeDigits,
      scale === 0 ? fc.constant("0") : digits(scale),
    );
    return { mysql: `decimal(${width},${scale})`, value: number.map(([sign, a, b]) => `${sign}${a}.${b}`) };
  });

const kinds: fc.Arbitrary<ColumnKind> = fc.oneof(
  decimal,
  fc.constantFrom<ColumnKind>(
    whole("tinyint", -128n, 127n),
    whole("smallint unsigned", 0n, 65_535n),
    whole("mediumint", -8_388_608n, 8_388_607n),
    whole("int", -(2n ** 31n), 2n ** 31n - 1n),
    whole("int unsigned", 0n, 2n ** 32n - 1n),
    whole("bigint", -(2n ** 63n), 2n ** 63n - 1n),
    whole("bigint unsigned", 0n, 2n ** 64n - 1n),
    whole("bit(64)", 0n, 2n ** 64n - 1n),
    whole("bit(13)", 0n, 8191n),
    { mysql: "double", value: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
    { mysql: "float", value: fc.float({ noNaN: true, noDefaultInfinity: true }).map(String) },
    { mysql: "date", value: date.map((day) => `'${day}'`) },
    { mysql: "datetime", value: fc.tuple(date, clock).map(([day, time]) => `'${day} ${time}'`) },
    {
      mysql: "datetime(6)",
      value: fc.tuple(date, clock, fraction).map(([day, time, micros]) => `'${day} ${time}.${micros}'`),
    },
    {
      mysql: "timestamp(3) null",
      value: fc
        .tuple(fc.integer({ min: 1, max: 2_147_483_647 }), two(99))
        .map((parts) => `FROM_UNIXTIME(${parts.join(".")})`),
    },
    {
      mysql: "time(6)",
      value: fc
        .tuple(fc.constantFrom("", "-"), fc.nat(838), two(59), two(59), fraction)
        .map(
          ([sign, hours, minutes, seconds, micros]) => `'${sign}${hours}:${minutes}:${seconds}.${micros}'`,
        ),
    },
    whole("year", 1901n, 2155n),
    { mysql: "varchar(30)", value: text(30) },
    {
      mysql: "longtext",
      value: fc.oneof(
        text(5),
        fc.nat(70_000).map((length) => `REPEAT('ž', ${length})`),
      ),
    },
    { mysql: "varbinary(40)", value: quoted(fc.uint8Array({ maxLength: 40 })) },
    { mysql: "binary(3)", value: quoted(fc.uint8Array({ maxLength: 3 })) },
    { mysql: "longblob", value: quoted(fc.uint8Array({ maxLength: 600 })) },
    { mysql: "enum('a','b','c')", value: fc.constantFrom("'a'", "'b'", "'c'") },
    { mysql: "set('a','b','c')", value: fc.constantFrom("''", "'a'", "'a,b'", "'c'") },
    {
      mysql: "json",
      value: fc.json().map((json) => `CONVERT(x'${Buffer.from(json).toString("hex")}' USING utf8mb4)`),
    },
    { mysql: "uuid", value: fc.uuid().map((uuid) => `'${uuid}'`) },
    { mysql: "inet6", value: fc.ipV6().map((address) => `'${address}'`) },
    {
      mysql: "geometry",
      value: fc
        .tuple(fc.nat(9), fc.nat(9), fc.nat(5000))
        .map(([x, y, srid]) => `ST_GeomFromText('LINESTRING(${x} ${y},0 0)', ${srid})`),
    },
  ),
);

const tables: fc.Arbitrary<RandomTable> = fc
  .array(kinds, { minLength: 1, maxLength: 20 })
  .chain((columns) => {
    const row = fc.tuple(...columns.map(({ value }) => fc.option(value, { nil: "NULL", freq: 4 })));
    return fc.record({ kinds: fc.constant(columns), rows: fc.array(row, { maxLength: 60 }) });
  });

test("both decoders make the same tables", { timeout: 600_000 }, async () => {
  const project = mysqlProject();
  await using client = await openClient(server);
  await client.query("SET sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'");
  const property = fc.asyncProperty(
    fc.array(tables, { minLength: TABLES, maxLength: TABLES }),
    fc.constantFrom("null", "text"),
    async (all, zeroDates) => {
      const steps: Record<string, TestStep> = {};
      for (const [at, table] of all.entries()) {
        await client.query(createSql(`t${at}`, table));
        for (const decoder of ["binary", "mysql2"]) {
          const config = { ...connectionConfig(server), table: `t${at}`, zero_dates: zeroDates, decoder };
          steps[`t${at}_${decoder}`] = { component: "mysql.extractor", config, needs: [] };
        }
      }
      const run = await project.run(steps, { environment: environmentOf(server) });
      expect(run.error).toBeUndefined();
      for (const [at, { rows }] of all.entries()) {
        const [binary, mysql2] = [`t${at}_binary`, `t${at}_mysql2`];
        expect(await run.columns(binary)).toEqual(await run.columns(mysql2));
        expect(await run.values(`SELECT count(*) FROM ${binary}`)).toEqual([BigInt(rows.length)]);
        expect(await run.query(`FROM ${binary} EXCEPT ALL FROM ${mysql2}`)).toEqual([]);
        expect(await run.query(`FROM ${mysql2} EXCEPT ALL FROM ${binary}`)).toEqual([]);
      }
    },
  );
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
});

function createSql(name: string, { kinds: columns, rows }: RandomTable): string {
  const definitions = columns.map(({ mysql }, at) => `c${at} ${mysql}`).join(", ");
  const values = rows.map((row) => `(${row.join(", ")})`).join(",\n");
  const insert = rows.length === 0 ? "" : `INSERT INTO ${name} VALUES ${values}`;
  return `DROP TABLE IF EXISTS ${name}; CREATE TABLE ${name} (${definitions}) CHARACTER SET utf8mb4; ${insert}`;
}
