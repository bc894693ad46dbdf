import { isOsirisError } from "@osiris/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { BinaryRows } from "../src/rows/binary-rows.ts";
import { writeMicroseconds } from "../src/rows/vectors/words.ts";
import type { SourceColumn } from "../src/types/source-column.ts";
import type { WireFormat } from "../src/types/wire-types.ts";

/** A column, and a value of it as it comes. */
interface Sample {
  readonly type: string;
  readonly format: WireFormat;
  /** In hexadecimal digits. */
  readonly bytes: string;
}

const SAMPLES: readonly Sample[] = [
  { type: "TINYINT", format: "int1", bytes: "ff" },
  { type: "USMALLINT", format: "int2", bytes: "ff01" },
  { type: "INTEGER", format: "int4", bytes: "01000080" },
  { type: "UBIGINT", format: "int8", bytes: "0102030405060708" },
  { type: "BOOLEAN", format: "boolean", bytes: "02" },
  { type: "FLOAT", format: "float", bytes: "cdcccc3d" },
  { type: "DOUBLE", format: "double", bytes: "9a9999999999b93f" },
  { type: "DECIMAL(4,2)", format: "decimal", bytes: `06${Buffer.from("-12.34").toString("hex")}` },
  {
    type: "DECIMAL(20,2)",
    format: "decimal",
    bytes: `15${Buffer.from("123456789012345678.25").toString("hex")}`,
  },
  { type: "UBIGINT", format: "bit", bytes: "0202aa" },
  { type: "DATE", format: "date", bytes: "04ea070b15" },
  { type: "TIMESTAMP", format: "datetime", bytes: "0bea070b15163b3b40e20100" },
  { type: "TIMESTAMP", format: "datetime", bytes: "07ea070b15163b3b" },
  { type: "INTERVAL", format: "time", bytes: "080122000000163b3b" },
  { type: "VARCHAR", format: "datetime_text", bytes: "04ea070200" },
  { type: "VARCHAR", format: "text", bytes: "0568656c6c6f" },
  { type: "VARCHAR", format: "text", bytes: `fc0001${"78".repeat(256)}` },
  { type: "BLOB", format: "blob", bytes: "0300ff80" },
  {
    type: "UUID",
    format: "uuid",
    bytes: `24${Buffer.from("01234567-89ab-cdef-8123-456789abcdef").toString("hex")}`,
  },
  { type: "BLOB", format: "geometry", bytes: "1900000000010100000000000000000000000000000000000000" },
];

function columnOf({ type, format }: Sample, at: number): SourceColumn {
  const name = `c${at}`;
  return { name, sourceName: name, type, format, sourceType: "", wireType: 0, unsigned: false, decimals: 6 };
}

function packetOf(samples: readonly Sample[], nulls: readonly boolean[] = []): Buffer {
  const bits = Buffer.alloc((samples.length + 9) >> 3);
  for (const [at, isNull] of nulls.entries())
    if (isNull) bits[(at + 2) >> 3] = (bits[(at + 2) >> 3] as number) | (1 << ((at + 2) & 7));
  const values = samples.filter((_, at) => nulls[at] !== true).map(({ bytes }) => Buffer.from(bytes, "hex"));
  return Buffer.concat([Buffer.alloc(1), bits, ...values]);
}

/** The values of a row whose packet stands somewhere in a larger piece of memory. */
function decode(samples: readonly Sample[], packet: Buffer, behind = 64): unknown[] {
  const columns = samples.map(columnOf);
  const values: unknown[] = [];
  const rows = new BinaryRows(
    columns,
    { zeroDates: "null", tinyint1: "integer" },
    {
      rows: (batch) => values.push(...columns.map((_, column) => batch.value(column, 0))),
    },
  );
  const memory = Buffer.concat([Buffer.alloc(7, 0xaa), packet, Buffer.alloc(behind, 0x01)]);
  rows.row(memory, 7, 7 + packet.length);
  rows.finish();
  return values;
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (isOsirisError(error)) return error.code;
    throw error;
  }
  return "none";
}

test("a row that is whole is decoded", () => {
  expect(decode(SAMPLES, packetOf(SAMPLES))).toEqual([
    -1n,
    511n,
    -2147483647n,
    0x0807060504030201n,
    1n,
    "0.10000000149011612",
    "0.1",
    "-12.34",
    "123456789012345678.25",
    682n,
    "2026-11-21",
    "2026-11-21 22:59:59.123456",
    "2026-11-21 22:59:59.000000",
    "-838:59:59.000000",
    "2026-02-00 00:00:00.000000",
    "hello",
    "x".repeat(256),
    "00ff80",
    "01234567-89ab-cdef-8123-456789abcdef",
    "0101000000" + "0".repeat(32),
  ]);
});

test("microseconds are exact in two words", () => {
  const words = new BigInt64Array(1);
  fc.assert(
    fc.property(
      fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }),
      fc.nat(999_999),
      (seconds, millionths) => {
        writeMicroseconds(new Int32Array(words.buffer), 0, seconds, millionths);
        expect(words[0]).toBe(BigInt(seconds) * 1_000_000n + BigInt(millionths));
      },
    ),
    { numRuns: 20_000 },
  );
});

test("any columns may be NULL", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: SAMPLES.length, maxLength: SAMPLES.length }), (nulls) => {
      const all = decode(SAMPLES, packetOf(SAMPLES));
      const expected = all.map((value, at) => (nulls[at] === true ? null : value));
      expect(decode(SAMPLES, packetOf(SAMPLES, nulls))).toEqual(expected);
    }),
  );
});

test("a packet that ends early or late is an error, wherever, whatever stands behind it", () => {
  for (const sample of SAMPLES) {
    const packet = packetOf([sample]);
    for (let length = 0; length < packet.length; length++) {
      for (const behind of [0, 64]) {
        const cut = packet.subarray(0, length);
        expect(
          codeOf(() => decode([sample], cut, behind)),
          `${sample.type}, ${length}`,
        ).toBe("mysql.malformed_row");
      }
    }
    const longer = Buffer.concat([packet, Buffer.alloc(1)]);
    expect(
      codeOf(() => decode([sample], longer)),
      `${sample.type}, longer`,
    ).toBe("mysql.malformed_row");
  }
});

test("a broken packet is decoded or refused, and nothing else", () => {
  const packet = packetOf(SAMPLES);
  const change = fc.tuple(fc.nat(packet.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const broken = Buffer.from(packet);
      for (const [at, byte] of changes) broken[at] = byte;
      expect(["none", "mysql.malformed_row"]).toContain(codeOf(() => decode(SAMPLES, broken)));
    }),
    { numRuns: 3000 },
  );
});

test.each([
  ["DECIMAL(4,2)", "123.45", "more digits"],
  ["DECIMAL(4,2)", "1.234", "other decimals"],
  ["DECIMAL(4,2)", "1.2.3", "none"],
  ["DECIMAL(4,2)", "", "other decimals"],
  ["DECIMAL(4,2)", "-", "other decimals"],
  ["DECIMAL(4,2)", "1e1", "none"],
  ["DECIMAL(9,0)", "1234567890", "more digits"],
  ["DECIMAL(9,0)", "12345678901234567", "more digits"],
  ["DECIMAL(18,0)", "1000000000000000000", "more digits"],
  ["DECIMAL(38,0)", `1${"0".repeat(38)}`, "more digits"],
])("%s refuses %s", (type, text, reason) => {
  const length = text.length.toString(16).padStart(2, "0");
  const sample: Sample = { type, format: "decimal", bytes: `${length}${Buffer.from(text).toString("hex")}` };
  expect(() => decode([sample], packetOf([sample]))).toThrow(reason);
});
