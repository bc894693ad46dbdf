import {
  JsonNumeral,
  StepTables,
  type Cell,
  type Column,
  type EventFields,
  type JsonCloseOptions,
  type JsonInput,
  type JsonRow,
  type JsonTableOptions,
  type LogLevel,
} from "../src/index.ts";
import { openDatabase } from "./open-database.ts";

export interface JsonTable {
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  /** The fields of the `schema` event. */
  readonly schema: readonly {
    readonly name: string;
    readonly type: string;
    readonly source_name?: string;
    readonly reason: string;
  }[];
  readonly warnings: readonly string[];
}

/** Appends page after page, publishes, and reads back what is there. */
export async function jsonTable(
  pages: readonly (readonly JsonRow[])[],
  options: JsonTableOptions = {},
  database = openDatabase(),
  close?: JsonCloseOptions,
): Promise<JsonTable> {
  const events: EventFields[] = [];
  const warnings: string[] = [];
  const report = {
    log: (_level: LogLevel, message: string) => warnings.push(message),
    event: (_name: string, fields: EventFields = {}) => events.push(fields),
  };
  const tables = await StepTables.open(await database, "films", { report });
  const writer = tables.createJson(options);
  for (const page of pages) await writer.append(page);
  if (close !== undefined) await writer.close(close);
  const sealed = await tables.seal();
  await tables.publish(sealed);
  const rows: Record<string, Cell>[] = [];
  for await (const batch of (await database).read("films")) {
    for (let row = 0; row < batch.rowCount; row++) {
      const entries = batch.columns.map((column) => [column.name, column.get(row)] as const);
      rows.push(Object.fromEntries(entries));
    }
  }
  const schema = events[0]?.["columns"] as unknown as JsonTable["schema"];
  return { columns: sealed[0]?.columns ?? [], rows, schema, warnings };
}

/** Names and types, as one would write them. */
export function shape({ columns }: JsonTable): readonly string[] {
  return columns.map(({ name, type }) => `${name} ${type}`);
}

/** A JSON value in one spelling: equal texts are equal values, numbers by all their digits and the sign of zero. */
export function canonical(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint")
    return canonicalNumber(String(Object.is(value, -0) ? "-0" : value));
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  if (value instanceof JsonNumeral) return canonicalNumber(value.numeral);
  if (Array.isArray(value)) return `[${value.map((element) => canonical(element)).join(",")}]`;
  const members = Object.entries(value as Readonly<Record<string, unknown>>).toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(",")}}`;
}

/** The cell of a typed table that came of `original`, in the same spelling. */
export function canonicalCell(
  cell: Cell | undefined,
  type: string | undefined,
  original: JsonInput | undefined,
): string {
  if (type === "JSON" && cell !== null) return canonical(parseExactly(cell as string));
  const isNumber =
    typeof original === "number" || typeof original === "bigint" || original instanceof JsonNumeral;
  return typeof cell === "string" && isNumber ? canonicalNumber(cell) : canonical(cell);
}

/** JSON.parse with all digits of numbers. */
export function parseExactly(text: string): JsonInput {
  type Reviver = (key: string, value: JsonInput, context: { readonly source: string }) => JsonInput;
  const exact: Reviver = (_key, value, { source }) =>
    typeof value === "number" ? new JsonNumeral(source) : value;
  return JSON.parse(text, exact as Parameters<typeof JSON.parse>[1]) as JsonInput;
}

function canonicalNumber(numeral: string): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(numeral) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const trimmed = digits.replace(/0+$/, "");
  if (trimmed === "") return `${sign}0`;
  const exponent =
    BigInt(power.replace("+", "")) - BigInt(fraction.length - (digits.length - trimmed.length));
  return `${sign}${trimmed}e${exponent}`;
}
