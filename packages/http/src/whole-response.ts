import { invalidAnswer, type RawAnswer } from "./exchange.ts";

/** Statuses of which the platform takes no body. */
const WITHOUT_BODY: readonly number[] = [204, 205, 304];

/** The platform's Response of an answer that is all there. */
export function wholeResponse(answer: RawAnswer, url: URL, redirected: boolean): Response {
  const { status, statusText, headers, body } = answer;
  if (status > 599) throw invalidAnswer(`the status ${status}, which HTTP does not have`);
  const response = new Response(WITHOUT_BODY.includes(status) ? null : body, {
    status,
    // What the platform does not take, nobody misses.
    statusText: /^[\t -~\u0080-\u00ff]*$/.test(statusText) ? statusText : "",
    headers,
  });
  // A Response that a program makes has none of these.
  Object.defineProperties(response, { url: { value: url.href }, redirected: { value: redirected } });
  return response;
}
