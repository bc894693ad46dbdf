import { once } from "node:events";
import { readFile, mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { recordExchanges, replayExchanges } from "../src/testing/index.ts";

const folder = await mkdtemp(join(tmpdir(), "osiris-recording-"));
afterAll(() => rm(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `${++files}`, "recording.jsonl");

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

async function api(handler: Handler): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => void handler(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const echo: Handler = async (request, response) => {
  response.setHeader("content-type", request.headers["content-type"] ?? "text/plain");
  response.end(await buffer(request));
};

const post = (url: string, body: string | Buffer<ArrayBuffer>): Promise<string> =>
  fetch(url, { method: "POST", body }).then((response) => response.text());

describe("a recording", () => {
  test("is of the target with its query string, where some APIs want their key", async () => {
    await using server = await api((request, response) => response.end(`at ${request.url}`));
    const file = newFile();
    const secrets = ["k3y-12345678"];
    {
      await using recorder = await recordExchanges({
        target: `${server.url}/a?key=k3y-12345678`,
        file,
        secrets,
      });
      expect(await (await fetch(recorder.url)).text()).toBe("at /a?key=k3y-12345678");
    }
    await using replayer = await replayExchanges({ file });
    expect(await (await fetch(replayer.url)).text()).toBe("at /a?key=***");
  });

  test("answers as the server did: status, headers, bodies, equal requests in their order", async () => {
    let asked = 0;
    await using server = await api(async (request, response) => {
      const body = await text(request);
      response.writeHead(asked === 1 ? 429 : 200, { "retry-after": "7", "x-path": request.url });
      response.end(`${++asked} ${request.method} ${body}`);
    });
    const file = newFile();
    const talk = async (url: string): Promise<unknown> => {
      const answers: unknown[] = [];
      for (const [path, init] of [
        ["?a=1", { method: "POST", body: "x" }],
        ["?a=1", { method: "POST", body: "x" }],
        ["?a=2", { method: "POST", body: "x" }],
        ["/more", {}],
        ["", { method: "PUT", body: "ümläut" }],
      ] as const) {
        const response = await fetch(url + path, init);
        const { status, headers } = response;
        answers.push([status, headers.get("retry-after"), headers.get("x-path"), await response.text()]);
      }
      return answers;
    };
    let recorded: unknown;
    {
      await using recorder = await recordExchanges({ target: `${server.url}/graphql`, file, secrets: [] });
      recorded = await talk(recorder.url);
    }
    expect(asked).toBe(5);
    const replayer = await replayExchanges({ file });
    expect(replayer.unused).toHaveLength(5);
    expect(await talk(replayer.url)).toEqual(recorded);
    expect(replayer.unused).toEqual([]);
    await replayer.close();
    expect(asked).toBe(5);
  });

  test.each([
    ["gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["zstd", zstdCompressSync],
  ])("stores bodies in %s plain, both ways", async (encoding, compress) => {
    const said = `{"text": "${"long ".repeat(1000)}"}`;
    await using server = await api(async (request, response) => {
      response.setHeader("content-encoding", encoding);
      response.end(compress(Buffer.concat([Buffer.from("heard "), await buffer(request)])));
    });
    const file = newFile();
    const recorder = await recordExchanges({ target: server.url, file, secrets: ["nothing"] });
    const headers = { "content-encoding": encoding };
    const ask = async (url: string): Promise<string> =>
      (await fetch(url, { method: "POST", headers, body: new Uint8Array(compress(said)) })).text();
    expect(await ask(recorder.url)).toBe(`heard ${said}`);
    await recorder.close();
    const line = JSON.parse((await readFile(file, "utf8")).split("\n")[1] ?? "") as unknown;
    expect(line).toMatchObject({
      request: { body: { text: said } },
      response: { body: { text: `heard ${said}` } },
    });
    await using replayer = await replayExchanges({ file });
    expect(await ask(replayer.url)).toBe(`heard ${said}`);
  });

  test("keeps bytes that are no text", async () => {
    await using server = await api(echo);
    const file = newFile();
    const bytes = Buffer.from([0, 255, 128, 10, 13, 200]);
    const recorder = await recordExchanges({ target: server.url, file, secrets: [] });
    const ask = async (url: string): Promise<Buffer> =>
      Buffer.from(await (await fetch(url, { method: "POST", body: bytes })).arrayBuffer());
    expect(await ask(recorder.url)).toEqual(bytes);
    await recorder.close();
    await using replayer = await replayExchanges({ file });
    expect(await ask(replayer.url)).toEqual(bytes);
  });

  test("keeps clients with the local server, whatever absolute URLs the answers name", async () => {
    await using server = await api((request, response) => {
      const origin = `http://${request.headers.host}`;
      if (request.url === "/1") response.writeHead(302, { location: `${origin}/2` }).end();
      else if (request.url === "/2") response.end(JSON.stringify({ next: `${origin}/3` }));
      else response.end("last");
    });
    const file = newFile();
    const walk = async (url: string): Promise<readonly string[]> => {
      const first = await fetch(url);
      const { next } = (await first.json()) as { next: string };
      return [first.url, next, await (await fetch(next)).text()].map((part) => part.replace(/:\d+/, ""));
    };
    const recorder = await recordExchanges({ target: `${server.url}/1`, file, secrets: [] });
    const { origin } = new URL(recorder.url);
    const recorded = await walk(recorder.url);
    await recorder.close();
    const replayer = await replayExchanges({ file });
    expect(await walk(replayer.url)).toEqual(recorded);
    expect(replayer.unused).toEqual([]);
    await replayer.close();
    const written = await readFile(file, "utf8");
    expect(written).toContain(`${server.url}/3`);
    expect(written).not.toContain(origin);
  });

  test("says what is missing when the server cuts the connection, and so does the client's error", async () => {
    await using server = await api((request, response) => {
      if (request.url === "/cut") response.destroy();
      else response.end("fine");
    });
    const file = newFile();
    const recorder = await recordExchanges({ target: server.url, file, secrets: [] });
    await fetch(recorder.url);
    await expect(fetch(`${recorder.url}cut`)).rejects.toThrow("fetch failed");
    await expect(recorder.close()).rejects.toMatchObject({ code: "http.recording_incomplete" });
    await using replayer = await replayExchanges({ file });
    expect(replayer.unused).toEqual(["1: GET /"]);
    await fetch(replayer.url);
  });

  test("is closed while a request is under way and a connection is idle", async () => {
    await using server = await api(() => undefined);
    const recorder = await recordExchanges({ target: server.url, file: newFile(), secrets: [] });
    const waiting = fetch(recorder.url).catch(String);
    const idle = connect(Number(new URL(recorder.url).port), "127.0.0.1");
    await once(idle, "connect");
    // Ended or reset: either will do.
    idle.on("error", () => undefined);
    const cut = new Promise((resolve) => idle.once("close", resolve));
    await recorder.close();
    await recorder.close();
    expect(await waiting).toContain("fetch failed");
    await cut;
  });
});

describe("a secret", () => {
  const token = 'sk_live/4f+9"ü=a\\b%c&d';

  test("is in no form in the file, wherever it was", async () => {
    await using server = await api(async (request, response) => {
      const body = await text(request);
      response.setHeader("x-seen", `for ${encodeURIComponent(token)}`);
      response.setHeader("set-cookie", "sid=cookie-of-the-session; Path=/");
      const basic = Buffer.from(`somebody:${token}`).toString("base64");
      response.end(JSON.stringify({ body, basic, url: request.url, nested: JSON.stringify({ token }) }));
    });
    const file = newFile();
    const recorder = await recordExchanges({ target: server.url, file, secrets: [token] });
    const query = new URLSearchParams({ token, page: "1" });
    const headers = { authorization: "Bearer learned-from-header", cookie: "sid=cookie-of-the-client" };
    const body = `${JSON.stringify({ token })} learned-from-header cookie-of-the-session cookie-of-the-client`;
    for (const path of [`?${query.toString()}`, `${encodeURIComponent(token)}/x`]) {
      const response = await fetch(`${recorder.url}${path}`, { method: "POST", headers, body });
      expect(await response.text()).toContain("learned-from-header");
    }
    await recorder.close();
    const written = await readFile(file, "utf8");
    for (const part of [
      token,
      "sk_live",
      "4f+9",
      "4f%2B9",
      "learned-from-header",
      "cookie-of",
      Buffer.from(`somebody:${token}`).toString("base64").slice(20, -6),
    ]) {
      expect(written).not.toContain(part);
    }
    expect(written).toContain("page=1");
    expect(written).toContain("***");
  });

  test.each(["utf16le", "latin1"] as const)("is in no body in %s", async (encoding) => {
    await using server = await api(echo);
    const file = newFile();
    const recorder = await recordExchanges({ target: server.url, file, secrets: [token] });
    await post(recorder.url, Buffer.from(`ÿ ${token} ÿ`, encoding));
    await recorder.close();
    const line = JSON.parse((await readFile(file, "utf8")).split("\n")[1] ?? "") as {
      response: { body: { base64?: string; text?: string } };
    };
    const { base64 = "", text: asText = "" } = line.response.body;
    const stored = asText === "" ? Buffer.from(base64, "base64") : Buffer.from(asText);
    expect(stored.toString(encoding)).toBe("ÿ *** ÿ");
  });

  test("may be another one when the recording is replayed", async () => {
    await using server = await api((_request, response) => response.end("for your eyes"));
    const file = newFile();
    const recorder = await recordExchanges({ target: server.url, file, secrets: [token] });
    const ask = (url: string, secret: string, page: number): Promise<string> =>
      post(`${url}?key=${encodeURIComponent(secret)}&page=${page}`, JSON.stringify({ secret, page }));
    await ask(recorder.url, token, 1);
    await recorder.close();
    const replayer = await replayExchanges({ file });
    expect(await ask(replayer.url, "a dummy", 2)).toContain("closest is exchange 1");
    expect(await ask(replayer.url, "a dummy", 1)).toBe("for your eyes");
    await expect(replayer.close()).rejects.toThrow("POST / (closest is exchange 1");
  });
});

describe("a request that was not recorded", () => {
  async function replayer(): Promise<Awaited<ReturnType<typeof replayExchanges>>> {
    await using server = await api(echo);
    const file = newFile();
    await using recorder = await recordExchanges({ target: server.url, file, secrets: [] });
    await post(`${recorder.url}a`, '{"cursor": "one", "first": 10}');
    await post(`${recorder.url}a`, '{"cursor": "two", "first": 10}');
    await recorder.close();
    return replayExchanges({ file });
  }

  test("is answered 501 with what is closest, and fails the test", async () => {
    const replaying = await replayer();
    const response = await fetch(`${replaying.url}a?token=hidden`, {
      method: "POST",
      body: '{"cursor": "tx", "first": 10}',
    });
    expect(response.status).toBe(501);
    const said = await response.text();
    expect(said).toContain("POST /a (closest is exchange 1");
    expect(said).not.toContain("hidden");
    expect(() => replaying.verify()).toThrow("closest is exchange 1");
    await expect(replaying.close()).rejects.toMatchObject({ code: "http.replay_mismatch" });
    await expect(fetch(replaying.url)).rejects.toThrow("fetch failed");
  });

  test("finds the exchange whose body is most alike, and says where it differs", async () => {
    const replaying = await replayer();
    const said = await post(`${replaying.url}a`, '{"cursor": "twin", "first": 10}');
    expect(said).toContain("closest is exchange 2");
    expect(said).toContain(String.raw`\"tw`);
    await expect(replaying.close()).rejects.toThrow("never asked for: 1: POST /a, 2: POST /a");
  });

  test("is one too many of its kind", async () => {
    const replaying = await replayer();
    const ask = (): Promise<string> => post(`${replaying.url}a`, '{"cursor": "two", "first": 10}');
    expect(await ask()).toBe('{"cursor": "two", "first": 10}');
    replaying.verify();
    expect(await ask()).toContain("it was recorded 1 times");
    await expect(replaying.close()).rejects.toMatchObject({ code: "http.replay_mismatch" });
  });

  test("is one that cannot be read", async () => {
    const replaying = await replayer();
    const headers = { "content-encoding": "gzip" };
    await expect(fetch(replaying.url, { method: "POST", headers, body: "no gzip" })).rejects.toThrow(
      "fetch failed",
    );
    await expect(replaying.close()).rejects.toThrow("a request that cannot be read");
  });
});

test("a file that is no recording is refused", async () => {
  await expect(replayExchanges({ file: import.meta.filename })).rejects.toMatchObject({
    code: "http.recording_invalid",
  });
});
