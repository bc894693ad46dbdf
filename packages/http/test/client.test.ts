import { randomBytes } from "node:crypto";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { isOsirisError, OsirisError, Secret } from "@osiris/core";
import { describe, expect, test } from "vitest";
import { client, serve, serveBytes } from "./servers.ts";

const MIB = 1024 * 1024;

/** The error that a promise rejects with; ours, or the test fails. */
export async function failure(promise: Promise<unknown>): Promise<OsirisError> {
  const error: unknown = await promise.then(
    () => new Error("It did not fail"),
    (error: unknown) => error,
  );
  if (!isOsirisError(error)) throw error;
  return error;
}

describe("fetch", () => {
  test("has the shape of the platform's", async () => {
    const origin = await serve((request, response) => {
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => {
        const { method, url, headers } = request;
        response.writeHead(201, { "content-type": "application/json", "x-many": ["a", "b"] });
        response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(parts).toString() }));
      });
    });
    const { fetch } = client({ headers: { "x-app": "one", authorization: new Secret("Bearer abc") } });
    const post = { method: "POST", headers: { "x-own": "2" } };
    const calls: readonly (readonly [Parameters<typeof fetch>[0], RequestInit, unknown])[] = [
      [`${origin}/a?b=c#d`, { ...post, body: "text ä" }, "text ä"],
      [new URL("/a?b=c", origin), { ...post, body: new TextEncoder().encode("bytes") }, "bytes"],
      [new Request(`${origin}/a?b=c`, { ...post, body: "request" }), {}, "request"],
      [`${origin}/a?b=c`, { ...post, body: new Blob(["blob"]) }, "blob"],
      [`${origin}/a?b=c`, { ...post, headers: [["x-own", "2"]], body: new URLSearchParams({ a: "1" }) }, "a=1"],
      [`${origin}/a?b=c`, { ...post, headers: new Headers({ "x-own": "2" }), body: null }, ""],
    ];
    for (const [input, init, body] of calls) {
      const response = await fetch(input, init);
      expect(response).toMatchObject({ status: 201, ok: true, redirected: false });
      expect(response).toBeInstanceOf(Response);
      expect(response.url.split("#")[0]).toBe(`${origin}/a?b=c`);
      expect(response.headers.get("x-many")).toBe("a, b");
      expect(await response.json()).toMatchObject({
        method: "POST",
        url: "/a?b=c",
        headers: { "x-app": "one", "x-own": "2", authorization: "Bearer abc", "user-agent": "osiris" },
        body,
      });
    }
  });

  test("answers of any status resolve", async () => {
    const origin = await serve((request, response) => {
      response.writeHead(Number(request.url?.slice(1))).end();
    });
    for (const status of [200, 204, 304, 404, 429, 500]) {
      expect(await client().fetch(`${origin}/${status}`)).toMatchObject({ status });
    }
  });
});
