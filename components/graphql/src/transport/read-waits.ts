import { OsirisError, type JsonInput } from "@osiris/core";
import { excerpt, retryAfterMs } from "@osiris/http";
import { isObject } from "../json.ts";
import type { JsonObject } from "./session.ts";

/** A wait that a server asks for, and why. */
export interface Wait {
  readonly ms: number;
  readonly reason: string;
}

/**
 * Shopify's `extensions.cost`: what the query asks for, and what is left in the bucket that fills up again.
 * See https://shopify.dev/docs/api/usage/limits
 */
export function costWait(body: JsonObject): Wait | undefined {
  const cost = child(body["extensions"], "cost");
  const status = child(cost, "throttleStatus");
  const requested = numberOf(cost?.["requestedQueryCost"]);
  const available = numberOf(status?.["currentlyAvailable"]);
  const rate = numberOf(status?.["restoreRate"]);
  if (requested === undefined || available === undefined || rate === undefined || rate <= 0) return undefined;
  if (available >= requested) return undefined;
  const reason = `the query costs ${requested}, ${available} is left, and ${rate} comes back each second`;
  return { ms: Math.ceil(((requested - available) / rate) * 1000), reason };
}

/** The error of a query that never gets enough, however long it waits. */
export function costTooHigh(body: JsonObject, who: string): OsirisError | undefined {
  const cost = child(body["extensions"], "cost");
  const requested = numberOf(cost?.["requestedQueryCost"]);
  const maximum = numberOf(child(cost, "throttleStatus")?.["maximumAvailable"]);
  if (requested === undefined || maximum === undefined || requested <= maximum) return undefined;
  return new OsirisError({
    code: "graphql.cost_too_high",
    category: "usage",
    message: `${who} allows queries of a cost up to ${maximum}; this one costs ${requested}`,
    hint: "Ask for smaller pages, or for fewer fields.",
  });
}

/**
 * GitHub's `rateLimit { cost remaining resetAt }`, when the query selects it.
 * See https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */
export function rateLimitWait(body: JsonObject, nowMs: number): Wait | undefined {
  const limit = child(body["data"], "rateLimit");
  const remaining = numberOf(limit?.["remaining"]);
  const resetAt = limit?.["resetAt"];
  if (remaining === undefined || typeof resetAt !== "string") return undefined;
  if (remaining >= (numberOf(limit?.["cost"]) ?? 1)) return undefined;
  const ms = Date.parse(resetAt) - nowMs;
  return ms > 0 ? { ms, reason: `${remaining} points are left until ${excerpt(resetAt)}` } : undefined;
}

/** What the headers of an answer say of the next request. */
export function headerWait(headers: Headers, nowMs: number): Wait | undefined {
  const remaining = headers.get("x-ratelimit-remaining") ?? headers.get("ratelimit-remaining");
  if (remaining !== "0" && !headers.has("retry-after")) return undefined;
  const ms = retryAfterMs(headers, nowMs);
  return ms === undefined || ms <= 0 ? undefined : { ms, reason: "no requests are left for now" };
}

/** The longest of the waits that an answer asks for. */
export function waitOf(answer: { readonly body: JsonObject; readonly headers: Headers }): Wait | undefined {
  const now = Date.now();
  const waits = [costWait(answer.body), rateLimitWait(answer.body, now), headerWait(answer.headers, now)];
  return waits
    .filter((wait) => wait !== undefined)
    .reduce<Wait | undefined>((longest, wait) => (wait.ms > (longest?.ms ?? 0) ? wait : longest), undefined);
}

function child(value: JsonInput | undefined, key: string): JsonObject | undefined {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : undefined;
}

/** Costs are small: what a double rounds does not matter. */
function numberOf(value: JsonInput | undefined): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
