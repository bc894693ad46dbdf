import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What happens to a statement: it never reaches the server, or its answer never reaches the client. */
export type Loss = "statement" | "answer";

/**
 * Stands between a client and a server, and cuts the connection at the n-th statement that has a text in it, counted from 1
 * over all connections. The connection must not be encrypted.
 */
export async function statementProxy(
  target: { readonly host: string; readonly port: number },
  { text, nth = 1, loss }: { readonly text: string; readonly nth?: number; readonly loss: Loss },
): Promise<{ readonly host: string; readonly port: number }> {
  const sockets = new Set<Socket>();
  let seen = 0;
  const server = createServer((client) => {
    const upstream = connect(target.port, target.host);
    let isLost = false;
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      // What a socket ends with is the other side's to know.
      socket.on("error", () => other.destroy());
      socket.on("close", () => other.destroy());
    }
    client.on("data", (data) => {
      if (data.includes(text) && ++seen === nth) {
        isLost = true;
        if (loss === "statement") {
          client.destroy();
          return;
        }
      }
      upstream.write(data);
    });
    upstream.on("data", (data) => (isLost ? client.destroy() : client.write(data)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}
