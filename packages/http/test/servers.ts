import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import {
  connect,
  createServer as createNetServer,
  type AddressInfo,
  type Server as NetServer,
  type Socket,
} from "node:net";
import { onTestFinished } from "vitest";
import { createHttpClient, type HttpClient, type HttpClientOptions } from "@osiris/http";

/** A client that is closed with the test. */
export function client(options: HttpClientOptions = {}): HttpClient {
  const made = createHttpClient(options);
  onTestFinished(() => made.close());
  return made;
}

/** A server that ends with the test; the result is its origin. */
export async function serve(answer: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(answer))}`;
}

export async function serveTls(settings: ServerOptions, answer: RequestListener): Promise<string> {
  return `https://localhost:${await listen(createTlsServer(settings, answer))}`;
}

/** A server that writes bytes: for what no HTTP server says. Called when a request has begun to arrive. */
export async function serveBytes(answer: (socket: Socket, request: string) => void): Promise<string> {
  const server = createNetServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (data) => answer(socket, data.toString("latin1")));
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

/** What a proxy has seen. */
export interface SeenByProxy {
  readonly url: string;
  readonly requests: { readonly line: string; readonly authorization: string | undefined }[];
}

/** A proxy for CONNECT and for plain requests, with a login or without. Ends with the test. */
export async function proxy(login?: string): Promise<SeenByProxy> {
  const requests: SeenByProxy["requests"][number][] = [];
  const allowed = (request: IncomingMessage): boolean => {
    const authorization = request.headers["proxy-authorization"];
    requests.push({ line: `${request.method} ${request.url}`, authorization });
    return login === undefined || authorization === `Basic ${Buffer.from(login).toString("base64")}`;
  };
  const server = createServer((request, response) => {
    if (allowed(request)) void passOn(request, response);
    else response.writeHead(407, { "proxy-authenticate": "Basic" }).end("who are you?");
  });
  server.on("connect", (request, socket: Socket) => {
    socket.on("error", () => {});
    if (!allowed(request)) {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const target = new URL(`http://${request.url}`);
    const upstream = connect(Number(target.port), target.hostname, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("close", () => upstream.destroy());
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, requests };
}

async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await fetch(request.url ?? "", { headers: { "x-passed-on": "yes" } });
  response.writeHead(answer.status).end(await answer.text());
}

async function listen(server: Server | NetServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return (server.address() as AddressInfo).port;
}
