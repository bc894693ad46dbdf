import { OsirisError, type ErrorCategory, type JsonInput } from "@osiris/core";
import { excerpt } from "@osiris/http";
import { isObject } from "../json.ts";
import type { Mask } from "./mask.ts";
import type { GraphqlError } from "./session.ts";

/** The `errors` of an answer; a server may send one that is no list. */
export function errorsOf(errors: JsonInput | undefined, mask: Mask): readonly GraphqlError[] {
  if (errors === undefined || errors === null) return [];
  const list: readonly JsonInput[] = Array.isArray(errors) ? errors : [errors];
  return list.map((error) => graphqlError(error, mask));
}

function graphqlError(error: JsonInput, mask: Mask): GraphqlError {
  if (!isObject(error)) {
    const message = mask(typeof error === "string" ? error : JSON.stringify(error));
    return { message, path: undefined, code: undefined, extensions: undefined };
  }
  const { message, path, extensions, type } = error;
  const code = (isObject(extensions) ? extensions["code"] : undefined) ?? type;
  return {
    message: typeof message === "string" ? mask(message) : "an error without a message",
    path: Array.isArray(path) ? (path as readonly (string | number)[]) : undefined,
    code: typeof code === "string" ? mask(code) : undefined,
    extensions,
  };
}

/** The server asks to come back later. */
const THROTTLED = new Set([
  "THROTTLED",
  "RATE_LIMITED",
  "RATE_LIMIT",
  "RATE_LIMIT_EXCEEDED",
  "TOO_MANY_REQUESTS",
]);

/** One query costs more than the server ever allows. */
const TOO_COSTLY = new Set([
  "MAX_COST_EXCEEDED",
  "MAX_COMPLEXITY_EXCEEDED",
  "QUERY_TOO_COMPLEX",
  "COST_EXCEEDED",
]);

const READINGS: readonly {
  readonly codes: ReadonlySet<string>;
  readonly code: string;
  readonly category: ErrorCategory;
  readonly hint: string;
}[] = [
  {
    codes: TOO_COSTLY,
    code: "graphql.cost_too_high",
    category: "usage",
    hint: "Ask for smaller pages, or for fewer fields.",
  },
  {
    codes: new Set(["UNAUTHENTICATED", "UNAUTHORIZED", "INVALID_TOKEN", "INVALID_JWT"]),
    code: "graphql.unauthenticated",
    category: "usage",
    hint: "Check auth_type and auth_token of the connection.",
  },
  {
    codes: new Set(["FORBIDDEN", "ACCESS_DENIED", "INSUFFICIENT_SCOPES"]),
    code: "graphql.forbidden",
    category: "usage",
    hint: "The account may not read this: check its permissions, or leave the fields out of the query.",
  },
  {
    codes: new Set([
      "GRAPHQL_VALIDATION_FAILED",
      "GRAPHQL_PARSE_FAILED",
      "VALIDATION_FAILED",
      "BAD_USER_INPUT",
      "UNDEFINEDFIELD",
      "ARGUMENTLITERALSINCOMPATIBLE",
      "MISSINGREQUIREDARGUMENTS",
    ]),
    code: "graphql.invalid_query",
    category: "usage",
    hint: "Check query and variables; with schema set they are checked before the run.",
  },
];

/** Hasura writes `rate-limit-exceeded`, GitHub `undefinedField`. */
function hasCode({ code }: GraphqlError, codes: ReadonlySet<string>): boolean {
  return code !== undefined && codes.has(code.replaceAll("-", "_").toUpperCase());
}

/** True when one of the errors says that it is only too early. */
export function isThrottled(errors: readonly GraphqlError[]): boolean {
  return errors.some((error) => hasCode(error, THROTTLED));
}

/**
 * True when one of the errors speaks of a rate limit. GitHub's second one may come with status 403 and nothing else.
 * See https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
 */
export function saysRateLimit(errors: readonly GraphqlError[]): boolean {
  return errors.some(({ message }) => /\brate limit\b/i.test(message));
}

/** The error that a throttled answer stands for. */
export function throttledError(
  who: string,
  errors: readonly GraphqlError[],
  waitMs: number | undefined,
): OsirisError {
  return new OsirisError({
    code: "graphql.throttled",
    category: "external",
    message: `${who} is throttling: ${summary(errors)}`,
    hint: "Set rate_limit on the connection, or ask for smaller pages.",
    retryable: true,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

/** The error of an answer without data; never worth a retry: the same query fails the same. */
export function failedAnswer(who: string, errors: readonly GraphqlError[]): OsirisError {
  const reading = READINGS.find(({ codes }) => errors.some((error) => hasCode(error, codes)));
  return new OsirisError({
    code: reading?.code ?? "graphql.errors",
    category: reading?.category ?? "external",
    message: `${who} answered with an error: ${summary(errors)}`,
    ...(reading === undefined ? {} : { hint: reading.hint }),
  });
}

/** The error of an answer that has data, and errors beside it. */
export function partialAnswer(who: string, errors: readonly GraphqlError[]): OsirisError {
  return new OsirisError({
    code: "graphql.partial_errors",
    category: "external",
    message: `${who} sent only a part of the data: ${summary(errors)}`,
    hint: "on_partial: keep takes what came, and puts the errors into a table of their own.",
  });
}

/** The first error, and how many there are. */
export function summary(errors: readonly GraphqlError[]): string {
  const [first] = errors;
  if (first === undefined) return "no reason given";
  const code = first.code === undefined ? "" : ` (${excerpt(first.code)})`;
  const at = first.path === undefined ? "" : ` at ${excerpt(first.path.join("."))}`;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : "";
  return `${excerpt(first.message)}${code}${at}${more}`;
}
