import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createSchema, createYoga } from "graphql-yoga";
import { onTestFinished } from "vitest";

/** A request as it came. */
export interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: { readonly query: string; readonly variables: Readonly<Record<string, unknown>> };
}

/** A server that has been started for one test. */
export interface Api {
  readonly url: string;
  readonly requests: readonly Received[];
}

/** Answers the n-th request, from 1, itself; "pass": as a GraphQL server does. */
export type Fault = (
  n: number,
  received: Received,
  response: ServerResponse,
) => "pass" | undefined | Promise<"pass" | undefined>;

export interface Movie {
  readonly id: string;
  readonly title: string;
  readonly updatedAt: string | null;
}

/** Movies with the ids 1, 2, …; each a minute newer than the one before. */
export function movies(count: number): Movie[] {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index + 1),
    title: `Movie ${index + 1}`,
    updatedAt: `2024-01-01T${String(Math.floor(index / 60)).padStart(2, "0")}:${String(index % 60).padStart(2, "0")}:00Z`,
  }));
}

const TYPES = /* GraphQL */ `
  type Movie {
    id: ID!
    title: String
    updatedAt: String
    broken: String
  }
  type Edge {
    node: Movie
  }
  type PageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }
  type Movies {
    nodes: [Movie]
    edges: [Edge]
    pageInfo: PageInfo
    totalCount: Int
  }
  type Query {
    movies(first: Int, after: String, since: String): Movies
    list(limit: Int, offset: Int, page: Int, afterId: ID): [Movie]
    nothing: Movies
  }
`;

/** A GraphQL server over the given movies, which may change while it runs. */
export async function startApi(rows: readonly Movie[], fault: Fault = () => "pass"): Promise<Api> {
  const yoga = createYoga({
    logging: false,
    schema: createSchema({ typeDefs: TYPES, resolvers: resolvers(rows) }),
  });
  const requests: Received[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks);
      const received = { headers: request.headers, body: JSON.parse(text.toString()) as Received["body"] };
      requests.push(received);
      if ((await fault(requests.length, received, response)) !== "pass") return;
      const { headers } = request;
      const answer = await yoga.fetch("http://api/graphql", {
        method: "POST",
        headers: { "content-type": "application/json", accept: headers.accept ?? "*/*" },
        body: text,
      });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(Buffer.from(await answer.arrayBuffer()));
    })();
  });
  await listening(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, requests };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}

interface Paging {
  readonly first?: number;
  readonly after?: string;
  readonly since?: string;
  readonly limit?: number;
  readonly offset?: number;
  readonly page?: number;
  readonly afterId?: string;
}

function resolvers(rows: readonly Movie[]): Record<string, Record<string, unknown>> {
  const connection = (_: unknown, { first = 10, after, since }: Paging): unknown => {
    const all =
      since === undefined ? rows : rows.filter(({ updatedAt }) => updatedAt !== null && updatedAt >= since);
    const begin = after === undefined ? 0 : Number(after.slice(1));
    const nodes = all.slice(begin, begin + first);
    const end = begin + nodes.length;
    return {
      nodes,
      edges: nodes.map((node) => ({ node })),
      pageInfo: { hasNextPage: end < all.length, endCursor: nodes.length === 0 ? null : `c${end}` },
      totalCount: all.length,
    };
  };
  const list = (_: unknown, { limit = 10, offset, page, afterId }: Paging): readonly Movie[] => {
    const begin = offset ?? (page === undefined ? Number(afterId ?? 0) : (page - 1) * limit);
    return rows.slice(begin, begin + limit);
  };
  const broken = (): never => {
    throw new Error("this movie cannot be shown");
  };
  return {
    Query: { movies: connection, list, nothing: () => null },
    Movie: { broken: ({ id }: Movie) => (Number(id) % 2 === 0 ? broken() : "whole") },
  };
}

/** Answers with JSON. */
export function answer(
  response: ServerResponse,
  body: unknown,
  {
    status = 200,
    headers = {},
  }: { readonly status?: number; readonly headers?: Record<string, string> } = {},
): undefined {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
