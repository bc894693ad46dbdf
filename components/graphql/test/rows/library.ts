import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createSchema, createYoga } from "graphql-yoga";
import { onTestFinished } from "vitest";

/** The schema of the server, which a step may have. */
export const SCHEMA = /* GraphQL */ `
  scalar BigInt
  type PageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }
  interface Node {
    id: ID!
  }
  type Vote {
    id: ID!
    weight: BigInt!
  }
  type VoteEdge {
    node: Vote!
  }
  type Votes {
    edges: [VoteEdge!]!
    pageInfo: PageInfo!
  }
  type Review implements Node {
    id: ID!
    stars: Int!
    votes(first: Int!, after: String): Votes!
  }
  type Reviews {
    nodes: [Review!]!
    pageInfo: PageInfo!
    totalCount: Int!
  }
  type Studio {
    name: String!
    city: String
  }
  type Film implements Node {
    id: ID!
    title: String!
    tags: [String!]!
    studio: Studio
    reviews(first: Int!, after: String): Reviews!
  }
  type Films {
    nodes: [Film!]!
    pageInfo: PageInfo!
  }
  type Query {
    films(first: Int!, after: String): Films!
    node(id: ID!): Node
  }
`;

export interface Library {
  readonly url: string;
  readonly films: readonly Film[];
  /** Queries as they came. */
  readonly queries: readonly string[];
}

export interface Film {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly studio: { readonly name: string; readonly city: string | null } | null;
  readonly reviews: readonly Review[];
}

export interface Review {
  readonly id: string;
  readonly stars: number;
  readonly votes: readonly { readonly id: string; readonly weight: string }[];
}

function film(at: number): Film {
  const reviews = Array.from({ length: (at * 5) % 8 }, (_, review): Review => {
    const id = `R${at}-${review}`;
    const votes = Array.from({ length: (at + review * 3) % 7 }, (_vote, vote) => ({
      id: `V${at}-${review}-${vote}`,
      weight: String(9_007_199_254_740_993n + BigInt(vote)),
    }));
    return { id, stars: (at + review) % 6, votes };
  });
  const studio = at % 3 === 0 ? null : { name: `Studio ${at % 4}`, city: at % 2 === 0 ? null : "Brno" };
  return { id: `F${at}`, title: `Film ${at}`, tags: at % 2 === 0 ? [] : ["new", `t${at}`], studio, reviews };
}

interface Paging {
  readonly first: number;
  readonly after?: string | null;
}

function page(items: readonly unknown[], { first, after }: Paging): Record<string, unknown> {
  const begin = Number(after ?? 0);
  const nodes = items.slice(begin, begin + first);
  const end = begin + nodes.length;
  return {
    nodes,
    edges: nodes.map((node) => ({ node })),
    pageInfo: { hasNextPage: end < items.length, endCursor: String(end) },
    totalCount: items.length,
  };
}

/** A GraphQL server of films, their reviews, and the votes for those: connections in connections. */
export async function startLibrary(count: number): Promise<Library> {
  const films = Array.from({ length: count }, (_, at) => film(at));
  const byId = new Map<string, Film | Review>();
  for (const each of films) for (const node of [each, ...each.reviews]) byId.set(node.id, node);
  const queries: string[] = [];
  const yoga = createYoga({
    logging: false,
    schema: createSchema({
      typeDefs: SCHEMA,
      resolvers: {
        Node: { __resolveType: (node: Film | Review) => ("title" in node ? "Film" : "Review") },
        Query: {
          films: (_: unknown, paging: Paging) => page(films, paging),
          node: (_: unknown, { id }: { readonly id: string }) => byId.get(id) ?? null,
        },
        Film: { reviews: ({ reviews }: Film, paging: Paging) => page(reviews, paging) },
        Review: { votes: ({ votes }: Review, paging: Paging) => page(votes, paging) },
      },
    }),
    plugins: [{ onParams: ({ params }) => void queries.push(params.query ?? "") }],
  });
  // oxlint-disable-next-line typescript/no-misused-promises -- Yoga answers errors itself
  const server = createServer(yoga);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, films, queries };
}
