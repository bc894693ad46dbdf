/** Of one connection or of one way to write a body, not of the message. */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export type Header = readonly [name: string, value: string];

/** The headers that mean the same on another connection, with a plain body. Node gives names and values in turns. */
export function messageHeaders(raw: readonly string[]): readonly Header[] {
  const headers: Header[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    if (!OF_THE_CONNECTION.has(name)) headers.push([name, raw[index + 1] ?? ""]);
  }
  return headers;
}

/** Says `to` wherever an answer says `from`: further pages and redirects stay with the server that the client talks to. */
export function moveOrigin(
  { headers, body }: { readonly headers: readonly Header[]; readonly body: Buffer },
  from: string,
  to: string,
): { readonly headers: readonly Header[]; readonly body: Buffer } {
  const text = body.toString("latin1");
  return {
    headers: headers.map(([name, value]) => [name, value.replaceAll(from, to)] as const),
    body: text.includes(from) ? Buffer.from(text.replaceAll(from, to), "latin1") : body,
  };
}
