import { connect } from "node:net";

const REPLY_TIMEOUT = 2_000;

/** The first bytes of a protocol: what to send first, if anything, and which reply shows that clients are taken. */
export interface Conversation {
  readonly hello?: Buffer;
  accepts(reply: Buffer): boolean;
}

/** Whether a server on this port takes clients. */
export function answers(
  address: { readonly host: string; readonly port: number },
  conversation: Conversation,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(address.port, address.host);
  const finish = (answer: boolean): void => {
    socket.destroy();
    resolve(answer);
  };
  socket.setTimeout(REPLY_TIMEOUT, () => finish(false));
  socket.once("error", () => finish(false));
  socket.once("close", () => finish(false));
  socket.once("data", (reply) => finish(conversation.accepts(reply)));
  if (conversation.hello !== undefined) socket.write(conversation.hello);
  return promise;
}

/**
 * PostgreSQL's protocol, spoken by PgBouncer too. A server that is still starting up refuses the sign-in with an
 * error, a ready one asks for a password.
 */
export function postgresConversation(user: string, database: string): Conversation {
  const body = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + body.length, 0);
  head.writeInt32BE(0x00_03_00_00, 4);
  return { hello: Buffer.concat([head, body]), accepts: (reply) => reply.toString("latin1", 0, 1) === "R" };
}

/** MySQL's protocol: the server greets, with its protocol version 10 after a head of four bytes. */
export const mysqlConversation: Conversation = { accepts: (reply) => reply[4] === 10 };

/** Redis refuses a command without password, but says so only when it takes commands. */
export const redisConversation: Conversation = {
  hello: Buffer.from("PING\r\n"),
  accepts: (reply) => /^(\+PONG|-NOAUTH)/u.test(reply.toString("latin1")),
};

/** HTTP: whatever the server thinks of the request, it answers. */
export const httpConversation: Conversation = {
  hello: Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
  accepts: (reply) => reply.toString("latin1", 0, 5) === "HTTP/",
};
