import { isArrayBuffer } from "node:util/types";
import type nb from "@duckdb/node-bindings";
import type { ColumnData } from "../../contract.ts";

/** Takes one column of rows as they lie in memory. Nothing gets into DuckDB that it could not have made itself. */
export interface ColumnCopy {
  /**
   * Checks the first `rows` rows, at most a vector's, and copies them into the vector. Returns the bytes of text.
   * @throws UnusableData; Misfit with the row whose value the type does not hold. The vector is of no use then
   */
  copy(vector: nb.Vector, data: ColumnData, rows: number): number;
}

/** Memory that is not laid out as the column needs it: a defect of the driver. The table writer adds table and column. */
export class UnusableData extends Error {}

/** Memory of its own, that no other thread can change between the check and the copy. */
export function assertOwnMemory(part: string, view: unknown): asserts view is ArrayBufferView<ArrayBuffer> {
  if (!ArrayBuffer.isView(view) || !isArrayBuffer(view.buffer))
    throw new UnusableData(`${part} have to be a view of an ArrayBuffer`);
}

export function assertLength(part: string, given: number, needed: number): void {
  if (given < needed) throw new UnusableData(`${part} have a length of ${given}, and need ${needed}`);
}
