import type { Column } from "../contract.ts";
import type { JsonSnapshot } from "../json-rows/json-snapshot.ts";
import { Semaphore } from "../semaphore.ts";
import type { RunDatabase, Statement } from "./run-database.ts";
import { rowsName, stagingName } from "./staging.ts";

/** The point after which a step goes on: all of it is committed. */
export interface Checkpoint {
  /** The driver's state, as JSON text. */
  readonly state: string;
  readonly tables: readonly TableSnapshot[];
}

/** What of a staged table belongs to a checkpoint: its first rows. */
export interface TableSnapshot {
  readonly table: string;
  readonly rows: number;
  /** Of rows of JSON that wait for their types only the declared ones. */
  readonly columns: readonly Column[];
  /** Set while the rows wait for their types. */
  readonly json?: JsonSnapshot;
}

/** The staged table that holds a snapshot's rows; undefined for rows of JSON while there are none. */
export function placeOf({ table, json }: TableSnapshot): string | undefined {
  if (json === undefined) return stagingName(table);
  return json.layout === undefined ? undefined : rowsName(table);
}

export const CHECKPOINTS_TABLE: Statement = {
  sql: "CREATE TABLE IF NOT EXISTS _osiris.checkpoints (step VARCHAR, identity VARCHAR, state VARCHAR, tables VARCHAR)",
};

export function eraseCheckpoint(stepId: string): Statement {
  return { sql: "DELETE FROM _osiris.checkpoints WHERE step = $1", params: [stepId] };
}

export async function hasCheckpoint(database: RunDatabase, stepId: string): Promise<boolean> {
  const { rows } = await database.lookUp("SELECT 1 FROM _osiris.checkpoints WHERE step = $1", [stepId]);
  return rows.length > 0;
}

/** A step's one checkpoint in the run database: each replaces the one before. */
export class CheckpointBook {
  readonly #database: RunDatabase;
  readonly #stepId: string;
  readonly #identity: string | undefined;
  readonly #writing = new Semaphore(1);
  #last: Checkpoint | undefined;

  private constructor(
    database: RunDatabase,
    stepId: string,
    identity: string | undefined,
    last: Checkpoint | undefined,
  ) {
    this.#database = database;
    this.#stepId = stepId;
    this.#identity = identity;
    this.#last = last;
  }

  /** With the checkpoint of the same identity, if there is one. Any other one must be erased. */
  static async open(
    database: RunDatabase,
    stepId: string,
    identity: string | undefined,
  ): Promise<CheckpointBook> {
    if (identity === undefined) return new CheckpointBook(database, stepId, identity, undefined);
    const { rows } = await database.lookUp(
      "SELECT state, tables FROM _osiris.checkpoints WHERE step = $1 AND identity = $2",
      [stepId, identity],
    );
    const [row] = rows;
    const last = row && {
      state: row["state"] as string,
      tables: JSON.parse(row["tables"] as string) as readonly TableSnapshot[],
    };
    return new CheckpointBook(database, stepId, identity, last);
  }

  get last(): Checkpoint | undefined {
    return this.#last;
  }

  save(checkpoint: Checkpoint): Promise<void> {
    return this.#writing.run(() => this.#write(checkpoint));
  }

  /** Forgets a table that is to be made anew. What it was is dropped with all that no checkpoint has. */
  async leaveOut(table: string): Promise<void> {
    await this.#writing.run(async () => {
      if (this.#last === undefined) return;
      const { state, tables } = this.#last;
      await this.#write({ state, tables: tables.filter((snapshot) => snapshot.table !== table) });
    });
  }

  async #write(checkpoint: Checkpoint): Promise<void> {
    // UPDATE, because a row that is deleted stays in the table until DuckDB tidies up: a thousand of them take time.
    const sql =
      this.#last === undefined
        ? "INSERT INTO _osiris.checkpoints (step, state, tables, identity) VALUES ($1, $2, $3, $4)"
        : "UPDATE _osiris.checkpoints SET state = $2, tables = $3, identity = $4 WHERE step = $1";
    const params = [
      this.#stepId,
      checkpoint.state,
      JSON.stringify(checkpoint.tables),
      this.#identity ?? null,
    ];
    await this.#database.inTransaction([{ sql, params }]);
    this.#last = checkpoint;
  }
}
