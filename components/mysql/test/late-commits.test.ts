import { useServer } from "@osiris/services";
import { expect, test } from "vitest";
import type { Connection } from "mysql2/promise";
import { mysqlProject } from "./pipeline.ts";
import { connectionConfig, environmentOf, openClient, testServer } from "./server.ts";

const server = useServer(testServer());

const RUNS = 50;
const WRITERS = 6;
/** In seconds of the rows' own clock, which moves with every statement. */
const LONGEST_HELD = 60;
const LOOKBACK = "61s";

/** Numbers that look random, and are the same in every run of the test. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Writes in transactions that stay open over several runs of the reader. */
class Writer {
  /** When the transaction that is open has written first. */
  began: number | undefined;
  readonly #client: Connection;
  readonly #rows: number[] = [];
  #pending: number[] = [];

  constructor(client: Connection) {
    this.#client = client;
  }

  async write(clock: number, update: number | undefined): Promise<void> {
    if (this.began === undefined) await this.#client.query("START TRANSACTION");
    this.began ??= clock;
    const time = `'2026-01-01' + INTERVAL ${clock} SECOND`;
    const known = update === undefined ? undefined : this.#rows[update % this.#rows.length];
    if (known === undefined) {
      await this.#client.query(`INSERT INTO events VALUES (${clock}, 1, ${time})`);
      this.#pending.push(clock);
    } else {
      await this.#client.query(
        `UPDATE events SET version = version + 1, changed = ${time} WHERE id = ${known}`,
      );
    }
  }

  async end(how: "COMMIT" | "ROLLBACK"): Promise<void> {
    if (this.began === undefined) return;
    this.began = undefined;
    await this.#client.query(how);
    if (how === "COMMIT") this.#rows.push(...this.#pending);
    this.#pending = [];
  }
}

test(
  "writers that commit late and out of order: nothing is lost, nothing comes twice",
  { timeout: 600_000 },
  async () => {
    await using stack = new AsyncDisposableStack();
    const client = stack.use(await openClient(server));
    await client.query(
      "CREATE TABLE events (id INT PRIMARY KEY, version INT, changed DATETIME(6), KEY (changed))",
    );
    const writers: Writer[] = [];
    for (let index = 0; index < WRITERS; index++)
      writers.push(new Writer(stack.use(await openClient(server))));
    const random = numbers(7);
    let clock = 0;
    const step = async (): Promise<void> => {
      clock++;
      for (const writer of writers)
        if ((writer.began ?? clock) + LONGEST_HELD <= clock) await writer.end("COMMIT");
      const writer = writers[random(WRITERS)];
      const what = random(12);
      if (what < 7) await writer?.write(clock, what < 3 ? random(1000) : undefined);
      else await writer?.end(what === 11 ? "ROLLBACK" : "COMMIT");
    };

    const project = mysqlProject();
    const config = {
      ...connectionConfig(server),
      table: "events",
      cursor: { column: "changed", lookback: LOOKBACK },
    };
    const delivered: string[] = [];
    const read = async (): Promise<void> => {
      const steps = { rows: { component: "mysql.extractor" as const, config } };
      const run = await project.run(steps, { environment: environmentOf(server) });
      expect(run.error).toBeUndefined();
      delivered.push(...((await run.values("SELECT id || ' ' || version FROM rows")) as string[]));
    };
    const write = async (steps: number): Promise<void> => {
      for (let index = 0; index < steps; index++) await step();
    };
    for (let run = 1; run < RUNS; run++) {
      await write(8);
      await Promise.all([read(), write(8)]);
    }
    for (const writer of writers) await writer.end("COMMIT");
    await read();

    const [rows] = await client.query("SELECT CONCAT(id, ' ', version) AS row_version FROM events");
    const left = (rows as { row_version: string }[]).map((row) => row.row_version);
    expect(left.length).toBeGreaterThan(100);
    expect(delivered.length).toBe(new Set(delivered).size);
    expect(left.filter((row) => !delivered.includes(row))).toEqual([]);
  },
);
