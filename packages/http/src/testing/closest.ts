import { bodyBytes } from "./bodies.ts";
import type { Exchange } from "./exchange-file.ts";
import { MASK } from "./scrubber.ts";

/** How much of a recorded body is shown. */
const SHOWN = 60;

/** A request that a replayer was sent; the body as latin1, each byte a character. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** True when the request is the recorded one; a mask stands for any secret. */
export function matches({ request }: Exchange, { method, path, body }: Asked): boolean {
  return (
    request.method === method &&
    fitsMasked(request.path, path, "[^&/?#]*") &&
    fitsMasked(recordedBody(request), body, "[^]*?")
  );
}

function fitsMasked(recorded: string, given: string, anything: string): boolean {
  if (!recorded.includes(MASK)) return recorded === given;
  const literals = recorded.split(MASK).map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`));
  return new RegExp(`^${literals.join(anything)}$`).test(given);
}

/** The recorded request that is most like an unknown one, in words. Of what was asked, nothing is shown that may be a secret. */
export function closest(exchanges: readonly Exchange[], asked: Asked): string {
  const given = line(asked.method, asked.path, asked.body);
  const ranked = exchanges
    .map(({ request }, index) => {
      const recorded = line(request.method, request.path, recordedBody(request));
      return { index, request, recorded, same: commonLength(recorded, given) };
    })
    .toSorted((a, b) => b.same - a.same);
  const [best] = ranked;
  if (best === undefined) return "nothing was recorded";
  const { index, request, recorded, same } = best;
  const from = Math.max(0, same - SHOWN / 2);
  const excerpt = Buffer.from(recorded.slice(from, from + SHOWN), "latin1").toString();
  return `closest is exchange ${index + 1}, ${request.method} ${request.path}: it differs after ${JSON.stringify(excerpt)}`;
}

function line(method: string, path: string, body: string): string {
  return `${method} ${path}\n${body}`;
}

function recordedBody({ body }: Exchange["request"]): string {
  return bodyBytes(body).toString("latin1");
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}
