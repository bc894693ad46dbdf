import {
  stateText,
  type CellInput,
  type Column,
  type JsonRow,
  type JsonTableWriter,
  type RejectWriter,
  type RunDatabase,
  type StepTables,
  type TableWriter,
} from "../src/index.ts";

const COLUMNS: readonly Column[] = [
  { name: "item", type: "INTEGER" },
  { name: "text", type: "VARCHAR" },
];

/** Values whose types change on the way. */
const VALUES: readonly ((item: number) => JsonRow)[] = [
  (item) => ({ item, v: item }),
  (item) => ({ item, v: item / 4 }),
  (item) => ({ item }),
  (item) => ({ item, [`key ${item % 90}`]: `text ${item}` }),
  (item) => ({ v: null, w: { item }, item }),
  (item) => ({ v: item % 2 === 0 ? 2n ** 70n : 5, item }),
];

/**
 * A step as a driver would write it: items one after the other, each into one of three tables or more, which are opened
 * when they are needed first. Its state is the next item.
 */
export class ResumableStep {
  readonly tables: StepTables;
  next: number;
  readonly #writers = new Map<string, Promise<TableWriter>>();
  #json: JsonTableWriter | undefined;
  #rejects: Promise<RejectWriter> | undefined;

  constructor(tables: StepTables) {
    this.tables = tables;
    this.next = (tables.resumed as number | undefined) ?? 0;
  }

  async read(items: number): Promise<void> {
    for (const end = this.next + items; this.next < end; this.next++) await this.#take(this.next);
  }

  checkpoint(): Promise<number> {
    return this.tables.checkpoint(stateText(this.next));
  }

  async publish(): Promise<void> {
    await this.tables.publish(await this.tables.seal());
  }

  async #take(item: number): Promise<void> {
    if (item % 7 === 6) {
      this.#rejects ??= this.tables.openRejects();
      (await this.#rejects).add({ row: { item }, reason: "every seventh" });
    } else if (item % 3 === 0) {
      this.#json ??= this.tables.createJson({ output: "json" });
      await this.#json.append([VALUES[(item >> 4) % VALUES.length]?.(item) ?? {}]);
    } else {
      // One table after the other, so that some are done with long before the end.
      const output = `part_${item >> 9}`;
      const opened = this.#writers.get(output) ?? this.tables.create(COLUMNS, { output });
      this.#writers.set(output, opened);
      (await opened).append({ item, text: `text ${item}` } satisfies Readonly<Record<string, CellInput>>);
    }
  }
}

/** All that is published: for each table its columns and rows, as text. */
export async function publishedTables(database: RunDatabase): Promise<Readonly<Record<string, string>>> {
  const content: Record<string, string> = {};
  for (const table of await database.tables()) {
    const { columns, rows } = await database.query(`SELECT rowid, * FROM "${table}" ORDER BY rowid`);
    const text = (_key: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}n` : value);
    content[table] = JSON.stringify([columns, rows.map((row) => Object.values(row))], text);
  }
  return content;
}
