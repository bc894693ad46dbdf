/** `node server.ts made|executed PAGES`: serves the API, and writes its URL to standard output. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { createSchema, createYoga } from "graphql-yoga";
import { film, PAGE_ROWS, pageAfter, pageInfo, SCHEMA, type Film } from "./api.ts";

/** A few of them stand for all, so that any number of rows fits into memory. */
const DIFFERENT_PAGES = 20;

type Listener = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface PageRequest {
  readonly first: number;
  readonly after?: string | null;
}

function films(page: number, rows: number): readonly Film[] {
  return Array.from({ length: rows }, (_, index) => film(page * rows + index));
}

/** Pages that were made beforehand: a server that costs next to nothing, so that clients are compared. */
function madePages(pages: number): Listener {
  const heads = Array.from({ length: DIFFERENT_PAGES }, (_, page) =>
    Buffer.from(`{"data":{"films":{"nodes":${JSON.stringify(films(page, PAGE_ROWS))},"pageInfo":`),
  );
  return async (request, response) => {
    const { variables } = JSON.parse(await text(request)) as { variables?: PageRequest };
    const page = pageAfter(variables?.after);
    const head = heads[page % DIFFERENT_PAGES] ?? Buffer.of();
    const tail = Buffer.from(`${JSON.stringify(pageInfo(page, pages))}}}}`);
    response.setHeader("content-type", "application/json");
    response.setHeader("content-length", head.length + tail.length);
    response.write(head);
    response.end(tail);
  };
}

/** graphql-yoga, which executes the query: a server as there are many. */
function executedPages(pages: number): Listener {
  const resolvers = {
    Query: {
      films: (_: unknown, { first, after }: PageRequest) => {
        const page = pageAfter(after);
        return { nodes: films(page, first), pageInfo: pageInfo(page, pages) };
      },
    },
  };
  const yoga = createYoga({ schema: createSchema({ typeDefs: SCHEMA, resolvers }), logging: false });
  return async (request, response) => {
    await yoga(request, response);
  };
}

const [kind, pages] = process.argv.slice(2);
const listener = (kind === "made" ? madePages : executedPages)(Number(pages));
const server = createServer((request, response) => void listener(request, response));
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  process.stdout.write(`http://127.0.0.1:${address.port}/graphql\n`);
});
