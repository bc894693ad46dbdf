import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A server of bytes: for what no real one does when a test wants it. */
export interface WireServer {
  readonly port: number;
  /** Connections that are open now. */
  open(): Promise<number>;
}

/** Calls `answer` for each packet that a client sends; the greeting is sent first, unless the server is to be silent. */
export async function wireServer(
  answer?: (packet: Buffer, reply: (payload: Buffer, sequence: number) => void) => void,
): Promise<WireServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    if (answer === undefined) return;
    const reply = (payload: Buffer, sequence: number): void => void socket.write(packet(payload, sequence));
    reply(GREETING, 0);
    socket.on("data", (data) => answer(data.subarray(4), reply));
  });
  await listening(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    open: () => {
      const { promise: counted, resolve: count, reject } = Promise.withResolvers<number>();
      server.getConnections((error, connections) => (error === null ? count(connections) : reject(error)));
      return counted;
    },
  };
}

/** The packet that says yes. */
export const OK: Buffer = Buffer.from([0, 0, 0, 2, 0, 0, 0]);

function packet(payload: Buffer, sequence: number): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(payload.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, payload]);
}

/** Protocol 10, version 8.4.0, thread 7, a salt, no TLS, utf8mb4, mysql_native_password. */
const GREETING = Buffer.concat([
  Buffer.from([10]),
  Buffer.from("8.4.0\0"),
  Buffer.from([7, 0, 0, 0]),
  Buffer.from("12345678\0"),
  // Capabilities: protocol 4.1, secure connection, plugin auth, local files.
  Buffer.from([0x88, 0x82, 45, 2, 0, 0x08, 0, 21]),
  Buffer.alloc(10),
  Buffer.from("123456789012\0"),
  Buffer.from("mysql_native_password\0"),
]);

async function listening(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
}
