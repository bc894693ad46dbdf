import type { IncomingHttpHeaders } from "node:http";
import { Secret } from "@osiris/core";
import { describe, expect, test } from "vitest";
import { failure } from "./failure.ts";
import { client, serve } from "./servers.ts";

const headers = { "x-api-key": new Secret("abc"), "x-other": "plain" };
const own = {
  authorization: "Bearer abc",
  cookie: "session=abc",
  accept: "application/json",
  "x-mine": "abc",
};

/** A server of which each path redirects as the table says; others answer with what has arrived. */
async function redirecting(table: Record<string, readonly [status: number, location: string]>): Promise<{
  origin: string;
  seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[];
}> {
  const seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const origin = await serve((request, response) => {
    let body = "";
    request.on("data", (part) => (body += String(part)));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      seen.push({ method, url, headers, body });
      const [status, location] = table[url.split("?")[0] ?? ""] ?? [200, undefined];
      response.writeHead(status, location === undefined ? {} : { location }).end("the end");
    });
  });
  return { origin, seen };
}

describe("GET and HEAD", () => {
  test.each([301, 302, 303, 307, 308])("follow %i within the origin, with all headers", async (status) => {
    const { origin, seen } = await redirecting({ "/old": [status, "/new?page=1#part"] });
    for (const method of ["GET", "HEAD"]) {
      const response = await client({ headers }).fetch(`${origin}/old`, { method, headers: own });
      expect(response).toMatchObject({ status: 200, redirected: true, url: `${origin}/new?page=1` });
      expect(seen.at(-1)).toMatchObject({
        method,
        url: "/new?page=1",
        headers: { ...own, "x-api-key": "abc", "x-other": "plain" },
      });
    }
  });

  test("bring no credential to another origin, nor back from there", async () => {
    const away: Record<string, readonly [number, string]> = {};
    const second = await redirecting(away);
    const first = await redirecting({ "/old": [302, `${second.origin}/there`] });
    away["/there"] = [307, `${first.origin}/back`];
    await client({ headers }).fetch(`${first.origin}/old`, { headers: own });
    expect(second.seen).toHaveLength(1);
    for (const { headers } of [...second.seen, ...first.seen.slice(1)]) {
      expect(JSON.stringify(headers)).not.toContain("abc");
      expect(headers).toMatchObject({ accept: "application/json", "user-agent": "osiris" });
    }
  });

  test("end after five hops, and in a circle", async () => {
    const hops = Object.fromEntries(
      Array.from({ length: 6 }, (_, n) => [`/${n}`, [302, `/${n + 1}`] as const]),
    );
    const { origin } = await redirecting({
      ...hops,
      "/a": [302, "/b?token=abc"],
      "/b": [302, "/a"],
      "/c": [302, "/c"],
    });
    const { fetch } = client();
    expect(await fetch(`${origin}/1`)).toMatchObject({ status: 200, url: `${origin}/6` });
    expect(await failure(fetch(`${origin}/0`))).toMatchObject({ code: "http.too_many_redirects" });
    expect(await failure(fetch(`${origin}/a`))).toMatchObject({ code: "http.redirect_loop" });
    expect(await failure(fetch(`${origin}/c`))).toMatchObject({ code: "http.redirect_loop" });
  });
});

describe("other methods", () => {
  test.each([307, 308])("follow %i within the origin, body and all", async (status) => {
    const { origin, seen } = await redirecting({ "/old": [status, "/new"] });
    const bodies = ["text", new TextEncoder().encode("text")];
    for (const body of bodies) {
      await client({ headers }).fetch(`${origin}/old`, { method: "POST", body, headers: own });
      expect(seen.at(-1)).toMatchObject({ method: "POST", url: "/new", body: "text", headers: own });
    }
  });

  test.each([301, 302, 303])("do not follow %i, and say where it leads", async (status) => {
    const { origin, seen } = await redirecting({ "/old": [status, "/new?token=abc"] });
    const error = await failure(client().fetch(`${origin}/old?key=abc`, { method: "POST", body: "text" }));
    expect(error).toMatchObject({ code: "http.redirected", retryable: false });
    expect(error.message).toBe(
      `${origin}/old redirects the request to ${origin}/new (${status}), and it is not followed`,
    );
    expect(seen).toHaveLength(1);
  });

  test("do not follow to another origin", async () => {
    const second = await redirecting({});
    const { origin } = await redirecting({ "/old": [308, `${second.origin}/new`] });
    const error = await failure(client().fetch(`${origin}/old`, { method: "POST", body: "text" }));
    expect(error).toMatchObject({ code: "http.redirected" });
    expect(error.message).toContain(`${second.origin}/new`);
    expect(second.seen).toEqual([]);
  });
});

test("a place that cannot be followed is an error that does not show how to get in", async () => {
  const places = ["http://user:abc@127.0.0.1/", "ftp://host/?token=abc", "http://[bad/?token=abc"];
  for (const place of places) {
    const { origin } = await redirecting({ "/old": [302, place] });
    const error = await failure(client().fetch(`${origin}/old`));
    expect(error).toMatchObject({ code: "http.redirected" });
    expect(error.message).not.toContain("abc");
  }
});

test("a credential in the path of the new place is masked", async () => {
  const { origin } = await redirecting({ "/old": [302, "/abc/new"] });
  const error = await failure(client({ headers }).fetch(`${origin}/old`, { method: "POST" }));
  expect(error.message).toContain(`${origin}/***/new`);
});

test("a key that the URL itself holds in its path is not shown, neither in the old place nor in the new", async () => {
  const key = "k3y-0123456789";
  const { origin } = await redirecting({ [`/api/${key}/old`]: [301, `/api/${key}/new`] });
  const error = await failure(client().fetch(`${origin}/api/${key}/old`, { method: "POST" }));
  expect(error.message).toContain(`${origin}/api/…/old redirects the request to ${origin}/api/…/new`);
});

test("redirect: manual and error do as on the platform; a redirect without a place is an answer", async () => {
  const { origin } = await redirecting({ "/old": [302, "/new"] });
  const { fetch } = client();
  expect(await fetch(`${origin}/old`, { redirect: "manual" })).toMatchObject({
    status: 302,
    redirected: false,
  });
  expect(await failure(fetch(`${origin}/old`, { redirect: "error" }))).toMatchObject({
    code: "http.redirected",
  });
  const bare = await serve((_, response) => response.writeHead(302).end());
  expect(await fetch(bare)).toMatchObject({ status: 302 });
});
