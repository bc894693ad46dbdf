import * as fc from "fast-check";
import { foldCase, quoteIdentifier, quoteLiteral, type Cell } from "../src/index.ts";

/** A type, as SQL spells it, and cells of it, NULL apart, in the form that the reader gives. */
interface TypedCells {
  readonly type: string;
  readonly cell: fc.Arbitrary<Cell>;
}

/** A column of a random type with random cells, NULLs at every level among them. */
export function arbitraryColumn(
  rows: number,
): fc.Arbitrary<{ readonly type: string; readonly cells: readonly Cell[] }> {
  return anyType(3).chain(({ type, cell }) =>
    fc.array(orNull(cell), { minLength: rows, maxLength: rows }).map((cells) => ({ type, cells })),
  );
}

const of = (type: string, cell: fc.Arbitrary<Cell>): fc.Arbitrary<TypedCells> => fc.constant({ type, cell });

const ofBits = (type: string, bits: number): fc.Arbitrary<TypedCells> =>
  of(type, fc.bigInt(-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n));

const ofTicks = (type: string, min: bigint, max: bigint): fc.Arbitrary<TypedCells> =>
  of(
    type,
    fc.oneof({ weight: 9, arbitrary: fc.bigInt(min, max) }, fc.constantFrom(2n ** 63n - 1n, 1n - 2n ** 63n)),
  );

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ maxLength: 14 }),
);

const names = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 4,
  selector: foldCase,
});

const two = (value: number): string => String(value).padStart(2, "0");

const zonedTime = fc
  .record({
    seconds: fc.nat(86_399),
    micros: fc.nat(999_999),
    offset: fc.integer({ min: -57_599, max: 57_599 }),
  })
  .map(({ seconds, micros, offset }) => {
    const clock = (value: number): readonly string[] =>
      [Math.floor(value / 3600), Math.floor(value / 60) % 60, value % 60].map(two);
    const fraction = micros === 0 ? "" : `.${String(micros).padStart(6, "0").replace(/0+$/, "")}`;
    const zone = clock(Math.abs(offset)).join(":").replace(/:00$/, "").replace(/:00$/, "");
    return `${clock(seconds).join(":")}${fraction}${offset < 0 ? "-" : "+"}${zone}`;
  });

const decimals = fc
  .integer({ min: 1, max: 38 })
  .chain((width) => fc.record({ width: fc.constant(width), scale: fc.nat(width) }))
  .map(({ width, scale }): TypedCells => {
    const most = 10n ** BigInt(width) - 1n;
    const cell = fc.bigInt(-most, most).map((unscaled) => {
      const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
      const whole = digits.slice(0, digits.length - scale);
      return `${unscaled < 0n ? "-" : ""}${whole}${scale === 0 ? "" : `.${digits.slice(-scale)}`}`;
    });
    return { type: `DECIMAL(${width},${scale})`, cell };
  });

const plainTypes: fc.Arbitrary<TypedCells> = fc.oneof(
  of("BOOLEAN", fc.boolean()),
  of("TINYINT", fc.integer({ min: -128, max: 127 })),
  of("SMALLINT", fc.integer({ min: -32_768, max: 32_767 })),
  of("INTEGER", fc.integer()),
  of("UTINYINT", fc.nat(255)),
  of("USMALLINT", fc.nat(65_535)),
  of("UINTEGER", fc.nat(4_294_967_295)),
  ofBits("BIGINT", 64),
  of("UBIGINT", fc.bigInt(0n, 2n ** 64n - 1n)),
  ofBits("HUGEINT", 128),
  of("UHUGEINT", fc.bigInt(0n, 2n ** 128n - 1n)),
  ofBits("BIGNUM", 400),
  of("FLOAT", fc.float()),
  of("DOUBLE", fc.double()),
  decimals,
  of("VARCHAR", text),
  of("JSON", fc.json()),
  of("BLOB", fc.uint8Array({ maxLength: 40 })),
  of("BIT", fc.stringMatching(/^[01]{1,70}$/)),
  of("UUID", fc.uuid()),
  of("DATE", fc.integer({ min: -2_147_483_647, max: 2_147_483_647 })),
  of("TIME", fc.bigInt(0n, 86_400_000_000n)),
  of("TIME_NS", fc.bigInt(0n, 86_400_000_000_000n)),
  of("TIME WITH TIME ZONE", zonedTime),
  ofTicks("TIMESTAMP", -9_223_372_022_400_000_000n, 2n ** 63n - 1n),
  ofTicks("TIMESTAMP WITH TIME ZONE", -9_223_372_022_400_000_000n, 2n ** 63n - 1n),
  ofTicks("TIMESTAMP_S", -9_223_372_022_400n, 9_223_372_036_854n),
  ofTicks("TIMESTAMP_MS", -9_223_372_022_400_000n, 9_223_372_036_854_775n),
  ofTicks("TIMESTAMP_NS", 1n - 2n ** 63n, 2n ** 63n - 1n),
  of(
    "INTERVAL",
    fc.record({ months: fc.integer(), days: fc.integer(), micros: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) }),
  ),
  names.map((names) => ({
    type: `ENUM(${names.map(quoteLiteral).join(", ")})`,
    cell: fc.constantFrom(...names),
  })),
);

function anyType(depth: number): fc.Arbitrary<TypedCells> {
  if (depth === 0) return plainTypes;
  const part = fc.oneof({ weight: 2, arbitrary: plainTypes }, anyType(depth - 1));
  return fc.oneof(
    { weight: 4, arbitrary: plainTypes },
    part.map(({ type, cell }) => ({ type: `${type}[]`, cell: fc.array(orNull(cell), { maxLength: 5 }) })),
    fc.tuple(part, fc.integer({ min: 1, max: 4 })).map(([{ type, cell }, length]) => ({
      type: `${type}[${length}]`,
      cell: fc.array(orNull(cell), { minLength: length, maxLength: length }),
    })),
    members(part).map((parts) => ({ type: `STRUCT(${spell(parts)})`, cell: structCells(parts) })),
    members(part).map((parts) => ({
      type: `UNION(${spell(parts)})`,
      cell: fc.oneof(
        ...parts.map(({ name, cell }) => orNull(cell).map((value): Cell => ({ tag: name, value }))),
      ),
    })),
    fc.tuple(plainTypes, part).map(([key, value]) => ({
      type: `MAP(${key.type}, ${value.type})`,
      cell: fc
        .uniqueArray(fc.tuple(key.cell, orNull(value.cell)), {
          maxLength: 4,
          selector: ([at]) => spellKey(at),
        })
        .map((entries): Cell => new Map(entries)),
    })),
  );
}

interface Member extends TypedCells {
  readonly name: string;
}

function members(part: fc.Arbitrary<TypedCells>): fc.Arbitrary<readonly Member[]> {
  return names.chain((names) =>
    fc
      .array(part, { minLength: names.length, maxLength: names.length })
      .map((parts) => parts.map((typed, index) => ({ ...typed, name: names[index] ?? "" }))),
  );
}

function spell(parts: readonly Member[]): string {
  return parts.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`).join(", ");
}

function structCells(parts: readonly Member[]): fc.Arbitrary<Cell> {
  return fc
    .tuple(...parts.map(({ cell }) => orNull(cell)))
    .map((cells): Cell => Object.fromEntries(parts.map(({ name }, index) => [name, cells[index] ?? null])));
}

/** Map keys that are equal to DuckDB have one spelling. */
function spellKey(key: Cell): string {
  if (key instanceof Uint8Array) return key.join();
  return typeof key === "object" && key !== null ? Object.values(key).join() : String(key);
}

function orNull(cell: fc.Arbitrary<Cell>): fc.Arbitrary<Cell> {
  return fc.option(cell, { nil: null, freq: 4 });
}
