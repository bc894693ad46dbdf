import { buildSchema, type GraphQLSchema } from "graphql";
import type { GraphqlConfig } from "../../src/config.ts";
import { planQuery } from "../../src/query/plan-query.ts";
import type { FieldPlan, NestedConnection, QueryPlan, TablePlan } from "../../src/query/query-plan.ts";

/** What `nested` is, with the spec's defaults. */
export const LOOKUP = {
  field: "node",
  argument: "id",
  argument_type: "ID!",
  key: "id",
  follow: true,
} as const;

type Settings = Partial<GraphqlConfig>;

/** A config with the spec's defaults. */
export function configOf(query: string, settings: Settings = {}): GraphqlConfig {
  return {
    endpoint: "https://api.example.com/graphql",
    query,
    headers: {},
    auth_type: "none",
    auth_header_name: "X-API-Key",
    timeout: 30,
    validate_ssl: true,
    max_concurrent: 4,
    variables: {},
    max_retries: 3,
    retry_delay: 1,
    max_retry_wait: 900,
    max_response_mb: 64,
    pagination_enabled: true,
    pagination: "auto",
    pagination_cursor_field: "endCursor",
    pagination_has_next_field: "hasNextPage",
    max_pages: 0,
    allow_truncated: false,
    flatten_result: true,
    flatten_separator: ".",
    arrays: "json",
    row_key: ["id"],
    nested: {},
    dtype: {},
    on_partial: "fail",
    checkpoint_seconds: 10,
    ...settings,
  };
}

/** The plan of a query without problems. */
export function planOf(query: string, settings: Settings = {}, schema?: GraphQLSchema): QueryPlan {
  const { plan, problems } = planQuery(configOf(query, settings), schema);
  if (plan === undefined) throw new Error(JSON.stringify(problems, undefined, 2));
  return plan;
}

/** The problems of one that has some: `/path: message | hint`. */
export function problemsOf(
  query: string,
  settings: Settings = {},
  schema?: GraphQLSchema,
): readonly string[] {
  const { plan, problems } = planQuery(configOf(query, settings), schema);
  if (plan !== undefined) throw new Error(`There is a plan: ${plan.text}`);
  return problems.map(({ path, message, hint }) => `${path}: ${message} | ${hint ?? ""}`);
}

/** The names and types of a table's columns, `name TYPE`, in order; of those that it may have. */
export function columnsOf({ fields = [] }: Pick<TablePlan, "fields">): readonly string[] {
  return fields.flatMap((field): readonly string[] => {
    const { column, type, flatten, list, table } = field;
    const isList = list === true && table !== undefined;
    if (isList) return [];
    return flatten && list !== true ? columnsOf(field) : [`${column} ${type ?? "?"}`];
  });
}

/** The child tables, by name, parents first. */
export function childrenOf({ fields = [] }: Pick<TablePlan, "fields">): readonly TablePlan[] {
  return fields.flatMap((field) => {
    if (field.list === true && field.table !== undefined) return [field.table, ...childrenOf(field.table)];
    return childrenOf(field);
  });
}

/** All connections inside of rows, by name. */
export function nestedOf({
  fields = [],
}: {
  readonly fields: readonly FieldPlan[] | undefined;
}): readonly NestedConnection[] {
  return fields.flatMap((field) => [
    ...(field.connection === undefined ? [] : [field.connection]),
    ...nestedOf(field.list === true && field.table !== undefined ? field.table : field),
  ]);
}

export const MOVIES_SDL = /* GraphQL */ `
  scalar DateTime
  scalar BigInt
  enum Genre {
    DRAMA
    COMEDY
  }
  interface Node {
    id: ID!
  }
  interface Person {
    name: String!
  }
  type PageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }
  type Query {
    node(id: ID!): Node
    movie(key: Int!): Movie
    movies(first: Int, after: String, last: Int, genre: Genre, since: DateTime): MovieConnection!
    actors(first: Int, after: String): ActorConnection!
    allMovies(limit: Int! = 10, offset: Int): [Movie!]!
    search(text: String!): [SearchResult!]!
    viewer: Actor
    version: String!
  }
  union SearchResult = Movie | Actor
  type MovieConnection {
    nodes: [Movie!]!
    edges: [MovieEdge!]!
    pageInfo: PageInfo!
    totalCount: Int!
  }
  type MovieEdge {
    cursor: String!
    node: Movie!
  }
  type Movie implements Node {
    id: ID!
    key: Int!
    title: String!
    genre: Genre
    rating: Float
    budget: BigInt
    released: DateTime
    seen: Boolean
    tags: [String!]!
    grid: [[Int!]!]
    director: Actor
    awards: [Award!]!
    reviews(first: Int, after: String, stars: Int): ReviewConnection!
  }
  type Award {
    id: ID!
    name: String!
    jury: [Actor!]!
  }
  type ReviewConnection {
    nodes: [Review!]!
    edges: [ReviewEdge!]!
    pageInfo: PageInfo!
    totalCount: Int!
  }
  type ReviewEdge {
    cursor: String!
    node: Review!
  }
  type Review implements Node {
    id: ID!
    stars: Int!
    text: String @deprecated(reason: "use body")
    votes(first: Int, after: String): VoteConnection!
  }
  type VoteConnection {
    nodes: [Vote!]!
    pageInfo: PageInfo!
  }
  type Vote {
    id: ID!
    up: Boolean!
  }
  type Actor implements Node & Person {
    id: ID!
    name: String!
    born: Int
    films(first: Int, after: String): MovieConnection!
  }
  type ActorConnection {
    nodes: [Actor!]!
    pageInfo: PageInfo!
  }
`;

export const MOVIES: GraphQLSchema = buildSchema(MOVIES_SDL);
