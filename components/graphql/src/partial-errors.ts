import type { DriverContext, JsonInput, TableWriter } from "@osiris/core";
import { isObject } from "./json.ts";
import type { GraphqlError } from "./transport/session.ts";
import type { Mask } from "./transport/mask.ts";

const COLUMNS = [
  { name: "page", type: "BIGINT" },
  { name: "message", type: "VARCHAR" },
  { name: "path", type: "JSON" },
  { name: "code", type: "VARCHAR" },
  { name: "extensions", type: "JSON" },
];

/** `<step>__errors`: what came beside the data, with on_partial: keep. */
export class PartialErrors {
  readonly #table: TableWriter;
  readonly #mask: Mask;

  private constructor(table: TableWriter, mask: Mask) {
    this.#table = table;
    this.#mask = mask;
  }

  static async open(ctx: DriverContext, mask: Mask): Promise<PartialErrors> {
    return new PartialErrors(await ctx.createTable(COLUMNS, { output: "errors" }), mask);
  }

  get rows(): number {
    return this.#table.rows;
  }

  add(page: number, errors: readonly GraphqlError[]): void {
    for (const { message, path, code, extensions } of errors) {
      this.#table.append({ page, message, path: this.#json(path), code, extensions: this.#json(extensions) });
    }
  }

  /** Makes the table, and says how many there are. */
  close(ctx: DriverContext): void {
    this.#table.close();
    ctx.metric("partial_errors", this.rows, "errors");
    if (this.rows === 0) return;
    ctx.log("warn", `${this.rows} errors came beside the data; they are in ${this.#table.table}`);
  }

  #json(value: JsonInput | undefined): string | null {
    return value === undefined ? null : JSON.stringify(this.#masked(value));
  }

  #masked(value: JsonInput): JsonInput {
    if (typeof value === "string") return this.#mask(value);
    if (Array.isArray(value)) return value.map((item: JsonInput) => this.#masked(item));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item = null]) => [this.#mask(key), this.#masked(item)]),
    );
  }
}
