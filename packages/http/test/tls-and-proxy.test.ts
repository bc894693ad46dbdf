import type { TLSSocket } from "node:tls";
import { Secret } from "@osiris/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { certificate } from "@osiris/services";
import { failure } from "./failure.ts";
import { client, proxy, serve, serveBytes, serveTls } from "./servers.ts";

const authority = certificate({ name: "Test authority", isAuthority: true });
const { cert: ca } = authority;
const server = certificate({ name: "localhost", issuer: authority, hosts: ["localhost"] });
const user = certificate({ name: "a user", issuer: authority });

const VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  environment = { ...process.env };
  for (const name of VARIABLES) delete process.env[name];
});

afterEach(() => {
  for (const name of VARIABLES) {
    const value = environment[name];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

const secure = (): Promise<string> => serveTls(server, (_, response) => response.end("hello"));

describe("certificates", () => {
  test("of an authority that is trusted are accepted, of another one not", async () => {
    const origin = await secure();
    expect(await (await client({ tls: { ca } }).fetch(origin)).text()).toBe("hello");
    expect(await failure(client().fetch(origin))).toMatchObject({
      code: "http.certificate",
      retryable: false,
    });
    const other = certificate({ name: "Another authority", isAuthority: true });
    expect(await failure(client({ tls: { ca: other.cert } }).fetch(origin))).toMatchObject({
      code: "http.certificate",
    });
    expect(await client({ tls: { verify: false } }).fetch(origin)).toMatchObject({ status: 200 });
  });

  const yesterday = new Date(Date.now() - 86_400_000);
  const lastYear = new Date(Date.now() - 365 * 86_400_000);
  test.each([
    ["self-signed", certificate({ name: "localhost", hosts: ["localhost"] }), undefined],
    [
      "expired",
      certificate({
        name: "localhost",
        issuer: authority,
        hosts: ["localhost"],
        validity: [lastYear, yesterday],
      }),
      ca,
    ],
    ["another host", certificate({ name: "elsewhere", issuer: authority, hosts: ["elsewhere"] }), ca],
  ])("%s", async (words, identity, ca) => {
    const origin = await serveTls(identity, (_, response) => response.end("hello"));
    const error = await failure(client({ tls: ca === undefined ? {} : { ca } }).fetch(origin));
    expect(error).toMatchObject({ code: "http.certificate", category: "external", retryable: false });
    expect(error.message).toContain(words);
    expect(error.hint).not.toBe("");
  });

  test("of the client are shown where the server asks for one", async () => {
    const origin = await serveTls({ ...server, ca, requestCert: true }, (request, response) => {
      response.end((request.socket as TLSSocket).getPeerCertificate().subject.CN);
    });
    const { cert, key } = user;
    expect(await (await client({ tls: { ca, cert, key } }).fetch(origin)).text()).toBe("a user");
  });

  test("of the client that are missing where the server insists: the error thinks of them", async () => {
    const settings = { ...server, ca, requestCert: true, rejectUnauthorized: true };
    const origin = await serveTls(settings, (_, response) => response.end("hello"));
    expect((await failure(client({ tls: { ca } }).fetch(origin))).hint).toContain("client's certificate");
  });

  test("that cannot be read are refused before any request, and not shown", () => {
    const { cert } = user;
    const { key } = server;
    for (const tls of [{ ca: "abc" }, { cert: "abc", key }, { cert, key: "abc" }, { cert, key }]) {
      expect(() => client({ tls })).toThrow(
        expect.objectContaining({ code: "http.invalid_tls", message: expect.not.stringContaining("abc") }),
      );
    }
  });

  test("a port without TLS, and plain HTTP to one with it", async () => {
    const plain = await serve((_, response) => response.end("hello"));
    expect(await failure(client().fetch(plain.replace("http:", "https:")))).toMatchObject({
      code: "http.tls_failed",
    });
    const origin = await secure();
    const error = await failure(client().fetch(origin.replace("https:", "http:")));
    expect(["http.connection_lost", "http.invalid_response"]).toContain(error.code);
  });

  test("https does not become http", async () => {
    const plain = await serve((_, response) => response.end("hello"));
    const origin = await serveTls(server, (_, response) =>
      response.writeHead(302, { location: plain }).end(),
    );
    expect(await failure(client({ tls: { ca } }).fetch(origin))).toMatchObject({ code: "http.redirected" });
  });
});

describe("proxies", () => {
  test.each(["HTTP_PROXY", "http_proxy"])("plain requests go through that of %s", async (variable) => {
    const origin = await serve((request, response) =>
      response.end(request.headers["x-passed-on"] ?? "direct"),
    );
    const { url, requests } = await proxy();
    process.env[variable] = url;
    expect(await (await client().fetch(`${origin}/a?b=c`)).text()).toBe("yes");
    expect(requests).toEqual([{ line: `GET ${origin}/a?b=c`, authorization: undefined }]);
  });

  test.each(["HTTPS_PROXY", "https_proxy", "HTTP_PROXY"])(
    "TLS goes through a tunnel of %s",
    async (variable) => {
      const origin = await serveTls({ ...server, ca, requestCert: true }, (request, response) => {
        response.end((request.socket as TLSSocket).getPeerCertificate().subject.CN);
      });
      const { url, requests } = await proxy("me:p@ss");
      process.env[variable] = url.replace("://", "://me:p%40ss@");
      const { cert, key } = user;
      expect(await (await client({ tls: { ca, cert, key } }).fetch(origin)).text()).toBe("a user");
      expect(requests).toMatchObject([{ line: `CONNECT ${origin.slice("https://".length)}` }]);
      // The tunnel does not do without the checks.
      expect(await failure(client().fetch(origin))).toMatchObject({ code: "http.certificate" });
      expect(await client({ tls: { verify: false, cert, key } }).fetch(origin)).toMatchObject({
        status: 200,
      });
    },
  );

  test("see the login for them, and servers do not", async () => {
    const seen: unknown[] = [];
    const origin = await serveTls(server, (request, response) => {
      seen.push(request.headers);
      response.end();
    });
    const { url, requests } = await proxy("me:abc");
    process.env["HTTPS_PROXY"] = url.replace("://", "://me:abc@");
    const headers = {
      authorization: new Secret("Bearer def"),
      "proxy-authorization": new Secret("Basic ghi"),
    };
    await client({ tls: { ca }, headers }).fetch(origin);
    expect(JSON.stringify(requests)).not.toMatch(/def|ghi/);
    expect(JSON.stringify(seen)).not.toMatch(/proxy-auth|ghi/);
    expect(seen).toMatchObject([{ authorization: "Bearer def" }]);
  });

  test.each(["127.0.0.1", "localhost,127.0.0.1", "*", "no_proxy"])(
    "NO_PROXY=%s goes around",
    async (exempt) => {
      const origin = await serve((request, response) =>
        response.end(request.headers["x-passed-on"] ?? "direct"),
      );
      const { url, requests } = await proxy();
      process.env["HTTP_PROXY"] = url;
      process.env[exempt === "no_proxy" ? "no_proxy" : "NO_PROXY"] =
        exempt === "no_proxy" ? "127.0.0.1" : exempt;
      expect(await (await client().fetch(origin)).text()).toBe("direct");
      expect(requests).toEqual([]);
    },
  );

  test("that refuse the login are told apart from the server, without the login", async () => {
    const targets = [await serve((_, response) => response.end()), await secure()];
    const { url } = await proxy("me:other");
    process.env["HTTP_PROXY"] = url.replace("://", "://me:abc@");
    for (const origin of targets) {
      const error = await failure(client({ tls: { ca } }).fetch(origin));
      expect(error).toMatchObject({ code: "http.proxy_failed", retryable: false });
      expect(error.message).toContain("407");
      expect(error.hint).toContain(`${new URL(url).host} of HTTP_PROXY`);
      expect(`${error.message} ${error.hint}`).not.toContain("abc");
    }
  });

  test("that are not there, hang up, or say nothing", async () => {
    const targets = [await serve((_, response) => response.end()), await secure()];
    const silent = await serveBytes(() => {});
    const rude = await serveBytes((socket) => socket.destroy());
    const cases = [
      ["http://me:abc@127.0.0.1:1", ["http.connection_refused"]],
      [silent, ["http.timeout"]],
      [rude, ["http.proxy_failed", "http.connection_lost"]],
    ] as const;
    for (const [url, codes] of cases) {
      process.env["HTTP_PROXY"] = url;
      for (const origin of targets) {
        const error = await failure(client({ tls: { ca }, timeoutMs: 300 }).fetch(origin));
        expect(codes).toContain(error.code);
        expect(error.retryable).toBe(true);
        expect(error.hint).toContain("HTTP_PROXY");
        expect(`${error.message} ${error.hint}`).not.toContain("abc");
      }
    }
  });

  test("whose URL is none are refused by the variable's name; an empty one is none", async () => {
    for (const url of ["me:abc@host", "ftp://abc@host", "http://", "abc"]) {
      process.env["https_proxy"] = url;
      expect(() => client()).toThrow(
        expect.objectContaining({
          code: "http.invalid_proxy",
          message: "The environment variable https_proxy is no URL of a proxy",
        }),
      );
    }
    process.env["https_proxy"] = "";
    const origin = await serve((_, response) => response.end("hello"));
    expect(await client().fetch(origin)).toMatchObject({ status: 200 });
  });
});
