import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { Secret } from "@osiris/core";
import { describe, expect, test } from "vitest";
import { failure } from "./failure.ts";
import { client, serve, serveBytes } from "./servers.ts";

const MIB = 1024 * 1024;

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
      [
        `${origin}/a?b=c`,
        { ...post, headers: [["x-own", "2"]], body: new URLSearchParams({ a: "1" }) },
        "a=1",
      ],
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

describe("bodies", () => {
  const text = JSON.stringify({ rows: "ä€".repeat(100_000) });
  test.each([
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["br", brotliCompressSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
    ["zstd", zstdCompressSync(text)],
    ["gzip, br", brotliCompressSync(gzipSync(text))],
    ["identity", Buffer.from(text)],
  ])("packed as %s", async (encoding, packed) => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(packed);
    });
    expect(await (await client().fetch(origin)).text()).toBe(text);
  });

  test.each([
    ["gzip", gzipSync(text)],
    ["br", brotliCompressSync(text)],
    ["deflate", deflateSync(text)],
    ["zstd", zstdCompressSync(text)],
  ])("packed as %s and cut short, or broken, is an error", async (encoding, packed) => {
    const bodies = [packed.subarray(0, -9), Buffer.from("this is no such thing")];
    for (const body of bodies) {
      const origin = await serve((_, response) => {
        response.writeHead(200, { "content-encoding": encoding }).end(body);
      });
      expect(await failure(client().fetch(origin))).toMatchObject({ code: "http.bad_encoding" });
    }
  });

  test.each(["compress", "gzip, gzip, gzip, gzip", "constructor"])(
    "packed as %s is refused",
    async (encoding) => {
      const origin = await serve((_, response) => {
        response.writeHead(200, { "content-encoding": encoding }).end("x");
      });
      expect(await failure(client().fetch(origin))).toMatchObject({ code: "http.bad_encoding" });
    },
  );

  test("one that is too large is refused when it says so, before it comes", async () => {
    const written: number[] = [];
    const origin = await serve((_, response) => {
      response.writeHead(200, { "content-length": 100 * MIB }).flushHeaders();
      response.write(Buffer.alloc(100), () => written.push(1));
    });
    const { fetch } = client({ maxResponseBytes: MIB });
    const error = await failure(fetch(origin));
    expect(error).toMatchObject({ code: "http.response_too_large", retryable: false });
    expect(error.message).toContain("1 MiB");
    expect(await fetch(origin, { method: "HEAD" })).toMatchObject({ status: 200 });
  });

  test("one that is too large and does not say so is stopped at the bound", async () => {
    let written = 0;
    const origin = await serve((_, response) => {
      response.on("error", () => {});
      const more = (): void => {
        while (!response.destroyed && written < 400 * MIB) {
          written += 64 * 1024;
          if (!response.write(Buffer.alloc(64 * 1024))) {
            response.once("drain", more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    const error = await failure(client({ maxResponseBytes: MIB }).fetch(origin));
    expect(error).toMatchObject({ code: "http.response_too_large" });
    expect(written).toBeLessThan(100 * MIB);
  });

  test("one that comes in pieces of any size comes as it was sent", async () => {
    const sent = randomBytes(300_000);
    const pieces: Buffer[] = [];
    for (let from = 0, size = 1; from < sent.length; from += size, size = Math.ceil(size * 1.7)) {
      pieces.push(sent.subarray(from, from + size));
    }
    const origin = await serve((request, response) => {
      if (request.url === "/announced") response.setHeader("content-length", sent.length);
      Readable.from(pieces).pipe(response);
    });
    for (const path of ["/announced", "/in-chunks"]) {
      const response = await client().fetch(`${origin}${path}`);
      expect(Buffer.from(await response.arrayBuffer()).equals(sent)).toBe(true);
    }
  });

  test("one of the largest size is let through", async () => {
    const origin = await serve((_, response) => response.end(randomBytes(MIB)));
    expect((await (await client({ maxResponseBytes: MIB }).fetch(origin)).arrayBuffer()).byteLength).toBe(
      MIB,
    );
    expect(await failure(client({ maxResponseBytes: MIB - 1 }).fetch(origin))).toMatchObject({
      code: "http.response_too_large",
    });
  });

  test.each([
    ["gzip", gzipSync(Buffer.alloc(300 * MIB))],
    ["br", brotliCompressSync(Buffer.alloc(300 * MIB))],
    ["zstd", zstdCompressSync(Buffer.alloc(300 * MIB))],
    ["gzip, gzip", gzipSync(gzipSync(Buffer.alloc(300 * MIB)))],
  ])("a bomb of %s stops at the bound", async (encoding, bomb) => {
    const origin = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(bomb);
    });
    expect(await failure(client({ maxResponseBytes: MIB }).fetch(origin))).toMatchObject({
      code: "http.response_too_large",
    });
  });
});

describe("answers that do not come, or not whole", () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

  test.each([
    ["nothing", "", "http.connection_lost"],
    ["half of the headers", "HTTP/1.1 200 OK\r\nContent-Ty", "http.connection_lost"],
    ["half of the body", `${head}Content-Length: 20\r\n\r\n{"data": 1}`, "http.connection_lost"],
    [
      "no last chunk",
      `${head}Transfer-Encoding: chunked\r\n\r\nb\r\n{"data": 1}\r\n`,
      "http.connection_lost",
    ],
    ["half of a chunk", `${head}Transfer-Encoding: chunked\r\n\r\nff\r\n{"data": 1}`, "http.connection_lost"],
    [
      "a broken chunk",
      `${head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n{"data": 1}`,
      "http.invalid_response",
    ],
    ["no HTTP", "220 mail.example.com ESMTP token=abc\r\n", "http.invalid_response"],
    ["a header that is none", `${head}X-\u0000: token=abc\r\n\r\n`, "http.invalid_response"],
    ["too many headers", `${head}${"X-Long: ".padEnd(8000, "y")}\r\n`.repeat(4), "http.invalid_response"],
    ["a status that is none", "HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n", "http.invalid_response"],
  ])("%s", async (_, bytes, code) => {
    const origin = await serveBytes((socket) => socket.end(bytes, "latin1"));
    const error = await failure(client().fetch(origin));
    expect(error).toMatchObject({ code, category: "external", retryable: code === "http.connection_lost" });
    expect(error.message).not.toContain("abc");
  });

  test("a reset in the middle", async () => {
    const origin = await serveBytes((socket) => {
      socket.write(`${head}Content-Length: 20\r\n\r\n{"data"`, () => socket.resetAndDestroy());
    });
    expect(await failure(client().fetch(origin))).toMatchObject({
      code: "http.connection_lost",
      retryable: true,
    });
  });

  test("more than announced is not read as part of it", async () => {
    const origin = await serveBytes((socket) => socket.end(`${head}Content-Length: 2\r\n\r\n{}{"more": 1}`));
    const answer = await client()
      .fetch(origin)
      .then(
        (response) => response.text(),
        (error: unknown) => error,
      );
    expect(answer).toSatisfy((is) => is === "{}" || is instanceof Error);
  });

  test("silence before the answer, and in the middle of it", async () => {
    for (const bytes of ["", `${head}Content-Length: 20\r\n\r\n{"data"`]) {
      const origin = await serveBytes((socket) => socket.write(bytes));
      const error = await failure(client({ timeoutMs: 300 }).fetch(origin));
      expect(error).toMatchObject({ code: "http.timeout", retryable: true });
    }
  });

  test("a trickle that never ends, as a whole", async () => {
    const origin = await serveBytes((socket) => {
      socket.write(`${head}Content-Length: 1000000\r\n\r\n`);
      const timer = setInterval(() => socket.write(" "), 20);
      socket.on("close", () => clearInterval(timer));
    });
    const error = await failure(client({ totalTimeoutMs: 400 }).fetch(origin));
    expect(error).toMatchObject({ code: "http.timeout", retryable: true });
    expect(error.message).toContain("0.4 seconds");
  });

  test("nobody listens; nobody has that name", async () => {
    const origin = await serve(() => {});
    const gone = `http://127.0.0.1:1`;
    expect(origin).not.toBe(gone);
    expect(await failure(client().fetch(`${gone}/secret-path?token=abc`))).toMatchObject({
      code: "http.connection_refused",
      message: "The server at http://127.0.0.1:1 refuses connections (ECONNREFUSED)",
      retryable: true,
    });
    expect(await failure(client().fetch("http://no-such-host.invalid/?token=abc"))).toMatchObject({
      code: "http.host_not_found",
    });
  });

  test("a connection that the server closes between two requests", async () => {
    let connections = 0;
    const origin = await serveBytes((socket) => {
      connections += 1;
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\n{}", () =>
        socket.end(),
      );
    });
    const { fetch } = client();
    const outcomes = [];
    for (let n = 0; n < 50; n++) {
      const outcome = fetch(origin).then(
        (response) => response.status,
        (error: unknown) => error,
      );
      outcomes.push(await outcome);
    }
    for (const lost of outcomes.filter((outcome) => outcome !== 200)) {
      expect(lost).toMatchObject({ code: "http.connection_lost", retryable: true });
    }
    expect(connections).toBeGreaterThan(1);
  });
});

describe("cancelling", () => {
  const reason = new Error("no longer wanted");

  test("before the request, while it waits for the answer, and in the middle of it", async () => {
    for (const bytes of ["", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"]) {
      const closed = Promise.withResolvers<void>();
      const arrived = Promise.withResolvers<void>();
      const origin = await serveBytes((socket) => {
        socket.on("close", () => closed.resolve());
        socket.write(bytes, () => arrived.resolve());
        if (bytes === "") arrived.resolve();
      });
      const controller = new AbortController();
      const answer = client().fetch(origin, { signal: controller.signal });
      answer.catch(() => {});
      await arrived.promise;
      controller.abort(reason);
      await expect(answer).rejects.toBe(reason);
      await closed.promise;
      await expect(client().fetch(origin, { signal: controller.signal })).rejects.toBe(reason);
    }
  });

  test("while it connects", async () => {
    // Nothing answers there; the name is for documents.
    const controller = new AbortController();
    const answer = client().fetch("http://192.0.2.1/", { signal: controller.signal });
    controller.abort(reason);
    await expect(answer).rejects.toBe(reason);
  });

  test("with the signal of a Request", async () => {
    const origin = await serve(() => {});
    const controller = new AbortController();
    const answer = client().fetch(new Request(origin, { signal: controller.signal }));
    controller.abort(reason);
    await expect(answer).rejects.toBe(reason);
  });

  test("closing the client ends what is under way, and what comes later", async () => {
    const arrived = Promise.withResolvers<void>();
    const origin = await serve(() => arrived.resolve());
    const { fetch, close } = client();
    const answer = failure(fetch(origin));
    await arrived.promise;
    await close();
    expect(await answer).toMatchObject({ code: "http.client_closed", category: "cancelled" });
    expect(await failure(fetch(origin))).toMatchObject({ code: "http.client_closed" });
    await close();
  });

  test("a signal that lives long keeps no listener of a request", async () => {
    const origin = await serve((_, response) => response.end("{}"));
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...all: Parameters<typeof add>) => {
      listeners += 1;
      add(...all);
    };
    signal.removeEventListener = (...all: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...all);
    };
    const { fetch } = client();
    for (let n = 0; n < 5; n++) await fetch(origin, { signal });
    expect(listeners).toBe(0);
  });
});

describe("mistakes of the caller", () => {
  test("never show what they are about", async () => {
    const origin = await serve((_, response) => response.end());
    const { fetch } = client();
    const withBody = { method: "GET", body: "abc" };
    const errors = [
      await failure(fetch("https://user:abc@host/")),
      await failure(fetch("/relative?token=abc")),
      await failure(fetch("ftp://host/?token=abc")),
      await failure(fetch(origin, { headers: { authorization: "abc\nabc" } })),
      await failure(fetch(origin, { headers: { "x y": "abc" } })),
      await failure(fetch(origin, withBody)),
    ];
    expect(errors.map(({ code }) => code)).toEqual([
      "http.invalid_url",
      "http.invalid_url",
      "http.invalid_url",
      "http.invalid_header",
      "http.invalid_header",
      "http.invalid_request",
    ]);
    for (const error of errors) {
      expect(`${error.message} ${error.hint}`).not.toContain("abc");
      expect(error.cause).toBeUndefined();
    }
  });

  test("a credential with a line break is told by its header's name", () => {
    const make = (): unknown => client({ headers: { Authorization: new Secret("Bearer abc\n\nd") } });
    expect(make).toThrow('The header "Authorization" cannot be sent');
  });
});

test("the mask takes credentials out of texts", () => {
  const { mask } = client({
    headers: {
      authorization: new Secret(`Basic ${Buffer.from("me@example.com:p&ss word").toString("base64")}`),
      "x-api-key": new Secret("key-1"),
      "x-longer": new Secret("key-1-and-more"),
      "x-version": "2024",
    },
  });
  const echo =
    "Bad login me@example.com:p&ss word; p%26ss%20word, key-1-and-more, key-1, a2V5LTEtYW5kLW1vcmU=, 2024";
  expect(mask(echo)).toBe("Bad login ***; ***, ***, ***, ***, 2024");
});

test.each([
  ["timeoutMs: Infinity", { timeoutMs: Infinity }],
  ["totalTimeoutMs: Infinity", { totalTimeoutMs: Infinity }],
  ["totalTimeoutMs of 25 days", { totalTimeoutMs: 2 ** 31 }],
  ["maxResponseBytes: Infinity", { maxResponseBytes: Infinity }],
])("%s is no limit", async (_, options) => {
  const origin = await serve((_, response) => {
    setTimeout(() => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("hello")), 20);
  });
  expect(await (await client(options).fetch(origin)).text()).toBe("hello");
});
