import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** What happens to the bytes of one connection on their way from the server. */
export interface Fault {
  /** Cuts the connection after so many bytes. @default never */
  readonly cutAfter?: number;
  /** Hands on no more after so many bytes, and keeps the connection open. @default never */
  readonly stallAfter?: number;
  /** @default as fast as it goes */
  readonly bytesPerSecond?: number;
  /** Ends the connection before anything is said. @default false */
  readonly refuse?: boolean;
}

/** Stands between a client and a server, and does to each connection what the test says. */
export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** Bytes that have come from the server over all connections. */
  readonly bytes: number;
}

/** @param faultOf what happens to the connection of this number, counted from 1 */
export async function faultProxy(
  target: { readonly host: string; readonly port: number },
  faultOf: (connection: number) => Fault,
): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const state = { connections: 0, bytes: 0 };
  const server: Server = createServer((client) => {
    const fault = faultOf(++state.connections);
    if (fault.refuse === true) {
      client.destroy();
      return;
    }
    const upstream = connect(target.port, target.host);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      // What a socket ends with is the other side's to know.
      socket.on("error", () => other.destroy());
      socket.on("close", () => other.destroy());
    }
    client.pipe(upstream);
    carry(upstream, client, fault, (bytes) => (state.bytes += bytes));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    host: "127.0.0.1",
    port,
    get connections() {
      return state.connections;
    },
    get bytes() {
      return state.bytes;
    },
  };
}

function carry(from: Socket, to: Socket, fault: Fault, count: (bytes: number) => void): void {
  const { cutAfter = Infinity, stallAfter = Infinity, bytesPerSecond } = fault;
  let sent = 0;
  from.on("data", (chunk: Buffer) => {
    const part = chunk.subarray(0, Math.min(chunk.length, cutAfter - sent, stallAfter - sent));
    sent += part.length;
    count(part.length);
    const flushed = part.length === 0 || to.write(part);
    if (sent >= cutAfter) to.end(() => to.destroy());
    else if (sent >= stallAfter || bytesPerSecond !== undefined || !flushed) from.pause();
    if (sent >= stallAfter) return;
    if (bytesPerSecond !== undefined) setTimeout(() => from.resume(), (part.length / bytesPerSecond) * 1000);
    else if (!flushed) to.once("drain", () => from.resume());
  });
  from.on("end", () => to.end());
}
