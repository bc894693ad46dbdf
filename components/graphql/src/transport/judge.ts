import type { GraphqlConfig } from "../config.ts";
import { isObject } from "../json.ts";
import type { Mask } from "./mask.ts";
import { errorsOf, failedAnswer, isThrottled, partialAnswer, throttledError } from "./graphql-errors.ts";
import type { Posted } from "./post.ts";
import { costTooHigh, waitOf } from "./read-waits.ts";
import type { Answer } from "./session.ts";

/** What an answer of status 2xx comes to, by the rules of the step. @throws OsirisError for what must fail */
export function judge(
  posted: Posted,
  onPartial: GraphqlConfig["on_partial"],
  who: string,
  mask: Mask,
): Answer {
  const { body } = posted;
  const errors = errorsOf(body["errors"], mask);
  // Also beside data: what is missing there comes when it is asked for again.
  if (isThrottled(errors)) throw costTooHigh(body, who) ?? throttledError(who, errors, waitOf(posted)?.ms);
  const { data } = body;
  if (!isObject(data)) throw failedAnswer(who, errors);
  if (errors.length > 0 && onPartial === "fail") throw partialAnswer(who, errors);
  return { body, data, errors };
}
