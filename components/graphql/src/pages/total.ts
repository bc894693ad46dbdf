import { JsonNumeral, OsirisError, type JsonInput } from "@osiris/core";
import { kindOf } from "../json.ts";
import type { ResponsePath } from "../query/query-plan.ts";
import type { JsonObject } from "../transport/session.ts";
import { valueAt } from "./at-path.ts";

/** How many rows an answer says there are in all. */
export function totalOf(body: JsonObject, path: ResponsePath): number {
  const value = valueAt(body, path, "pagination_total_path");
  const total =
    value === null ? Number.NaN : Number(value instanceof JsonNumeral ? value.numeral : digits(value));
  if (Number.isSafeInteger(total) && total >= 0) return total;
  throw new OsirisError({
    code: "graphql.no_total",
    category: "usage",
    message: `${path.join(".")} (pagination_total_path) is ${kindOf(value)}, not a number of rows`,
  });
}

/** A number may come as its digits. */
function digits(value: JsonInput): unknown {
  return typeof value === "number" || (typeof value === "string" && /^\d+$/.test(value)) ? value : Number.NaN;
}

/** @throws OsirisError `graphql.wrong_total` when not as many rows came as the server has counted */
export function assertTotal(total: number, came: number, path: ResponsePath): void {
  if (total === came) return;
  throw new OsirisError({
    code: "graphql.wrong_total",
    category: "external",
    message: `${came} rows came, and ${path.join(".")} says that there are ${total}`,
    hint: "Rows may have changed while they were read: run it again. If it stays so, pages overlap or leave rows out: sort them by a unique field.",
  });
}
