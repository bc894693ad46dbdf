import type { JsonValue } from "@osiris/core";
import type { Session } from "../connection/session.ts";
import { mysqlError } from "../errors.ts";
import { quoteName, quoteTable } from "../names.ts";
import type { SourceColumn } from "../types/source-column.ts";
import type { WireFormat } from "../types/wire-types.ts";
import type { CatalogTable } from "./catalog.ts";

/** Of a text, so many characters; of bytes, so many. */
const LONGEST = 200;

/** Half of what discovering may take: samples are the first to be left out. */
const ALL_MS = 15_000;
/** Of all samples together, as JSON. */
const ALL_CHARACTERS = 16_000_000;
/** A view may have to compute for ever before its first row. */
const ONE_MS = 2000;
/** Reasons that are told one by one. */
const TOLD = 3;

type Samples = readonly Readonly<Record<string, JsonValue>>[];

/** Reads the first rows of tables, as long as neither time nor room is used up. */
export class Sampling {
  readonly #session: Session;
  readonly #count: number;
  readonly #until = performance.now() + ALL_MS;
  readonly #failures: string[] = [];
  #characters = 0;
  #left = 0;

  private constructor(session: Session, count: number) {
    this.#session = session;
    this.#count = count;
  }

  /** @param count rows of each table; 0: none */
  static async of(session: Session, count: number): Promise<Sampling> {
    const isMariadb = session.server.product === "MariaDB";
    const limit = isMariadb ? `max_statement_time = ${ONE_MS / 1000}` : `max_execution_time = ${ONE_MS}`;
    if (count > 0) await session.run(`SET SESSION ${limit}`);
    return new Sampling(session, count);
  }

  /** In the order of the primary key: numbers that JSON holds exactly, text for all else. */
  async read(table: CatalogTable, columns: readonly SourceColumn[]): Promise<Samples | undefined> {
    if (this.#count === 0) return undefined;
    if (performance.now() > this.#until || this.#characters > ALL_CHARACTERS) {
      this.#left += 1;
      return undefined;
    }
    try {
      const samples = await readSamples(this.#session, table, columns, this.#count);
      this.#characters += JSON.stringify(samples).length;
      return samples;
    } catch (error) {
      if (this.#session.ended.aborted) throw error;
      this.#failures.push(`no samples of ${table.name}: ${mysqlError(error, "Reading them failed").message}`);
      return undefined;
    }
  }

  /** Why samples are missing. */
  get incomplete(): string | undefined {
    const left = this.#left + Math.max(0, this.#failures.length - TOLD);
    const reasons = this.#failures.slice(0, TOLD);
    if (left > 0) reasons.push(`no samples of ${left} tables more`);
    return reasons.length === 0 ? undefined : reasons.join("; ");
  }
}

async function readSamples(
  session: Session,
  table: CatalogTable,
  columns: readonly SourceColumn[],
  count: number,
): Promise<Samples> {
  // By number: no name of a column is in the way of another's.
  const expressions = columns.map((column, at) => `${sampleExpression(column)} AS c${at}`);
  const key = table.columns
    .filter((column) => column.primaryKey !== undefined)
    .toSorted((a, b) => (a.primaryKey ?? 0) - (b.primaryKey ?? 0));
  const order = key.length === 0 ? "" : ` ORDER BY ${key.map(({ name }) => quoteName(name)).join(", ")}`;
  const from = quoteTable({ schema: table.schema, table: table.name });
  const rows = await session.query(`SELECT ${expressions.join(", ")} FROM ${from}${order} LIMIT ?`, [count]);
  return rows.map((row) =>
    Object.fromEntries(columns.map((column, at) => [column.name, jsonOf(row[`c${at}`] ?? null, column)])),
  );
}

/** Cut by the server, so that nothing large comes over the wire. */
const SAMPLE_SQL: Partial<Record<WireFormat, (name: string) => string>> = {
  text: (name) => `LEFT(CAST(${name} AS CHAR), ${LONGEST})`,
  blob: (name) => `HEX(LEFT(${name}, ${LONGEST / 2}))`,
  geometry: (name) => `LEFT(ST_AsText(${name}), ${LONGEST})`,
  bit: (name) => `CAST(${name} AS UNSIGNED)`,
  uuid: (name) => `CAST(${name} AS CHAR)`,
};

function sampleExpression({ sourceName, format }: SourceColumn): string {
  const name = quoteName(sourceName);
  return SAMPLE_SQL[format]?.(name) ?? name;
}

function jsonOf(text: string | null, { type }: SourceColumn): JsonValue {
  if (text === null || !/INT|FLOAT|DOUBLE/.test(type) || type === "INTERVAL") return text;
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}
