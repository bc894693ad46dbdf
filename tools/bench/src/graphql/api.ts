/** The API that is measured: one connection of films, whose cursors are page numbers. */

export const PAGE_ROWS = 1_000;

export const SCHEMA = `
  type Query { films(first: Int!, after: String): FilmConnection! }
  type FilmConnection { nodes: [Film!]! pageInfo: PageInfo! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Film { id: ID! title: String! year: Int rating: Float released: Boolean updatedAt: String! }
`;

export const QUERY = `query Films($after: String) {
  films(first: ${PAGE_ROWS}, after: $after) {
    nodes { id title year rating released updatedAt }
    pageInfo { hasNextPage endCursor }
  }
}`;

export interface Film {
  readonly id: string;
  readonly title: string;
  readonly year: number | null;
  readonly rating: number | null;
  readonly released: boolean | null;
  readonly updatedAt: string;
}

/** Some of all are null, as in life. */
export function film(n: number): Film {
  return {
    id: `film-${n}`,
    title: `Title number ${n}, of a usual length`,
    year: n % 19 === 0 ? null : 1950 + (n % 76),
    rating: n % 17 === 0 ? null : (n % 1000) / 100 + 0.001,
    released: n % 13 === 0 ? null : n % 3 === 0,
    updatedAt: new Date(1_700_000_000_000 + n * 1_000).toISOString(),
  };
}

/** The page after a cursor. */
export function pageAfter(cursor: string | undefined | null): number {
  return Number(cursor ?? 0);
}

export interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string;
}

export function pageInfo(page: number, pages: number): PageInfo {
  return { hasNextPage: page + 1 < pages, endCursor: String(page + 1) };
}
