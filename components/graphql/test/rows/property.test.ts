import { JsonNumeral, type Cell, type JsonInput } from "@osiris/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { FieldPlan } from "../../src/query/query-plan.ts";
import { isObject } from "../../src/json.ts";
import { isList } from "../../src/rows/json-values.ts";
import type { JsonObject } from "../../src/transport/session.ts";
import { child, field, object } from "./plans.ts";
import { rowStep } from "./row-step.ts";
import type { StepRun } from "../run-step.ts";

const RUNS = Number(process.env["OSIRIS_FUZZ_RUNS"] ?? 25);

/** What a query selects, in a shape that is easy to make at random. */
type Selection =
  | { readonly kind: "scalar" }
  | { readonly kind: "scalars" }
  | { readonly kind: "object" | "objects"; readonly fields: readonly Selection[] };

const scalar = fc.oneof(
  fc.integer(),
  fc.string({ unit: "grapheme", maxLength: 5 }),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(new JsonNumeral("12345678901234567890"), new JsonNumeral("0.12345678901234567891")),
);

const selection = fc.letrec<{ any: Selection; fields: readonly Selection[] }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant<Selection>({ kind: "scalar" }),
    fc.constant<Selection>({ kind: "scalars" }),
    fc.record({ kind: fc.constantFrom("object" as const, "objects" as const), fields: tie("fields") }),
  ),
  fields: fc.array(tie("any"), { minLength: 1, maxLength: 3 }),
})).fields;

function valueOf(selected: Selection): fc.Arbitrary<JsonInput> {
  if (selected.kind === "scalar") return scalar;
  if (selected.kind === "scalars") return fc.option(fc.array(scalar, { maxLength: 3 }));
  const one = objectOf(selected.fields);
  return selected.kind === "object" ? fc.option(one) : fc.option(fc.array(one, { maxLength: 3 }));
}

function objectOf(fields: readonly Selection[]): fc.Arbitrary<JsonObject> {
  return fc.record(Object.fromEntries(fields.map((selected, at) => [`f${at}`, valueOf(selected)])));
}

/** Whether lists are known to be such, by a schema. */
function plans(fields: readonly Selection[], place: string, isKnown: boolean): readonly FieldPlan[] {
  const own = fields.map((selected, at): FieldPlan => {
    const key = `f${at}`;
    const output = `${place}${key}`;
    const list = (is: boolean): Partial<FieldPlan> => (isKnown ? { list: is } : {});
    if (selected.kind === "scalar") return field(key, list(false));
    if (selected.kind === "scalars") {
      return field(key, { ...list(true), table: child(output, [field("value")]) });
    }
    const inside = plans(selected.fields, `${output}_`, isKnown);
    // An object that is no row has no id.
    if (selected.kind === "object") return object(key, inside.slice(1), list(false));
    return object(key, inside, { ...list(true), table: child(output, inside) });
  });
  return [field("id"), ...own];
}

/** Gives every object that is a row an id. */
function numbered(
  value: JsonObject,
  fields: readonly Selection[],
  next: () => number,
  isRow = true,
): JsonObject {
  const members = fields.map((selected, at) => {
    const key = `f${at}`;
    const inner = value[key] as JsonInput;
    if (selected.kind === "object" && isObject(inner))
      return [key, numbered(inner, selected.fields, next, false)];
    if (selected.kind !== "objects" || !isList(inner)) return [key, inner];
    return [key, inner.map((item) => numbered(item as JsonObject, selected.fields, next))];
  });
  return { ...(isRow ? { id: next() } : {}), ...(Object.fromEntries(members) as JsonObject) };
}

type Row = Readonly<Record<string, Cell>>;
type Tables = ReadonlyMap<string, readonly Row[]>;

async function readTables(run: StepRun): Promise<Tables> {
  const names = (await run.query("SHOW TABLES")).map(({ name }) => name as string);
  const tables = new Map<string, readonly Row[]>();
  // Every column as JSON, so that kinds can be told. A JSON column is that already: DuckDB would round its numbers.
  for (const name of names) {
    const columns = await run.columns(name);
    const asJson = columns.map(({ name: column, type }) =>
      type === "JSON"
        ? `"${column}"::VARCHAR AS "${column}"`
        : `to_json("${column}")::VARCHAR AS "${column}"`,
    );
    tables.set(name, await run.query(`SELECT ${asJson.join(", ")} FROM "${name}"`));
  }
  return tables;
}

/** Puts an object together again from its row and the tables of its lists; null where nothing of it is left. */
function reassembled(
  row: Row,
  fields: readonly Selection[],
  place: string,
  column: string,
  id: Cell,
  tables: Tables,
): unknown {
  const members = fields.map((selected, at) => {
    const key = `f${at}`;
    const name = `${column}${key}`;
    if (selected.kind === "scalar") return [key, exact(row[name])];
    if (selected.kind === "object") {
      return [key, reassembled(row, selected.fields, `${place}${key}_`, `${name}.`, id, tables)];
    }
    const rows = (tables.get(`films__${place}${key}`) ?? []).filter((inner) => inner["_parent_id"] === id);
    expect(rows.map((inner) => inner["_index"])).toEqual(rows.map((_, index) => String(index)));
    const items = rows.map((inner) =>
      selected.kind === "scalars"
        ? exact(inner["value"])
        : reassembled(inner, selected.fields, `${place}${key}_`, "", inner["id"] ?? null, tables),
    );
    return [key, items];
  });
  return Object.fromEntries(members);
}

/** Numbers and texts by what they print, which is all that tables of mixed kinds promise. */
function exact(cell: Cell | undefined): string | null {
  if (cell === null || cell === undefined) return null;
  const text = cell as string;
  if (text === "null") return null;
  return plain(text.startsWith('"') ? (JSON.parse(text) as string) : text);
}

/** Without the zeros that a DECIMAL column adds. */
function plain(text: string): string {
  return /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}

/** What is left of a value in tables: null lists and empty ones, null objects and those of nulls look alike. */
function expected(value: JsonInput | undefined, selected: Selection): unknown {
  if (selected.kind === "scalar") {
    if (value === null || value === undefined) return null;
    if (typeof value === "string") return plain(value);
    return plain(value instanceof JsonNumeral ? value.numeral : JSON.stringify(value));
  }
  if (selected.kind === "scalars")
    return isList(value) ? value.map((item) => expected(item, { kind: "scalar" })) : [];
  const one = (item: JsonInput | undefined): unknown =>
    Object.fromEntries(
      selected.fields.map((inner, at) => [`f${at}`, expected(isObject(item) ? item[`f${at}`] : null, inner)]),
    );
  if (selected.kind === "object") return one(value);
  return isList(value) ? value.map(one) : [];
}

const cases = selection.chain((fields) =>
  fc.record({
    fields: fc.constant(fields),
    rows: fc.array(objectOf(fields), { minLength: 1, maxLength: 5 }),
    isKnown: fc.boolean(),
  }),
);

test("whatever is nested in rows, SQL over the tables puts it together again", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ fields, rows, isKnown }) => {
      let id = 0;
      const given = rows.map((row) => numbered(row, fields, () => ++id));
      const run = await rowStep({ fields: plans(fields, "", isKnown) }, given.slice(0, 2), given.slice(2));
      expect(run.record.steps[0]?.error).toBeUndefined();
      const tables = await readTables(run);
      const films = tables.get("films") ?? [];
      expect(films).toHaveLength(given.length);
      films.forEach((row, at) => {
        const whole: Selection = { kind: "object", fields };
        expect(row["id"]).toBe(String(given[at]?.["id"] as number));
        expect(reassembled(row, fields, "", "", row["id"] ?? null, tables)).toEqual(
          expected(given[at], whole),
        );
      });
    }),
    { numRuns: RUNS },
  );
}, 600_000);
