import { isOsirisError, JsonNumeral, type JsonInput, type JsonValue, type Resource } from "@osiris/core";
import { isObject } from "../json.ts";
import type { JsonObject } from "../transport/session.ts";
import type { Api } from "./api.ts";
import type { QueryResource } from "./resources.ts";

/** Leaves time to tell what was found. */
const TIME_MS = 20_000;
const AT_ONCE = 4;

type SampleRows = NonNullable<Resource["samples"]>;

/** What looking at a resource has added to what the schema says. */
export type Looked = Pick<Resource, "rows" | "samples" | "problem">;

/**
 * Asks for totals and first rows, a few resources at a time, as long as there is time.
 * @param samples how many rows; 0: totals only
 * @returns by name; those that there was no time for are missing
 */
export async function lookAtRows(
  api: Api,
  resources: readonly QueryResource[],
  samples: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Looked>> {
  const found = new Map<string, Looked>();
  const open = [...resources];
  const until = AbortSignal.any([signal, AbortSignal.timeout(TIME_MS)]);
  const worker = async (): Promise<void> => {
    for (let next = open.shift(); next !== undefined && !until.aborted; next = open.shift()) {
      const looked = await look(api, next, samples, until);
      if (looked !== undefined) found.set(next.name, looked);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  signal.throwIfAborted();
  return found;
}

async function look(
  api: Api,
  resource: QueryResource,
  samples: number,
  signal: AbortSignal,
): Promise<Looked | undefined> {
  try {
    const { totalQuery, name } = resource;
    const rows = totalQuery === undefined ? undefined : totalIn((await api.ask(totalQuery, signal))[name]);
    return {
      ...(rows === undefined ? {} : { rows }),
      ...(samples === 0 ? {} : { samples: await firstRows(api, resource, samples, signal) }),
    };
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!isOsirisError(error)) throw error;
    return { problem: error.message };
  }
}

function totalIn(connection: JsonInput | undefined): Resource["rows"] {
  const count = isObject(connection) ? Number(connection["totalCount"] ?? NaN) : NaN;
  return Number.isSafeInteger(count) && count >= 0 ? { count, exact: true } : undefined;
}

async function firstRows(
  api: Api,
  resource: QueryResource,
  samples: number,
  signal: AbortSignal,
): Promise<SampleRows> {
  return rowsIn(await api.ask(resource.query(samples), signal), resource, samples);
}

function rowsIn(data: JsonObject, { path, columns }: QueryResource, samples: number): SampleRows {
  return itemsAt(data, path)
    .slice(0, samples)
    .map((row) => Object.fromEntries(columns.map(({ column, path: at }) => [column.name, cell(row, at)])));
}

/** A list on the way counts as all of its items; null is none. */
function itemsAt(value: JsonInput | undefined, path: readonly string[]): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap((item: JsonInput) => itemsAt(item, path));
  if (!isObject(value)) return [];
  const [key, ...rest] = path;
  return key === undefined ? [value] : itemsAt(value[key], rest);
}

function cell(row: JsonObject, path: readonly string[]): JsonValue {
  const value = path.reduce<JsonInput | undefined>((at, key) => (isObject(at) ? at[key] : undefined), row);
  return plain(value);
}

/** Numbers that a double does not hold are shown by their digits. */
function plain(value: JsonInput | undefined): JsonValue {
  if (typeof value === "bigint") return String(value);
  if (value instanceof JsonNumeral) return value.numeral;
  if (Array.isArray(value)) return value.map(plain);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
  return (value as string | number | boolean | null | undefined) ?? null;
}
