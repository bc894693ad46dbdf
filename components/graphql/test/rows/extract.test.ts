import { describe, expect, test } from "vitest";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { extractorProject, type ExtractorRun } from "../run-extractor.ts";
import { SCHEMA, startLibrary, type Library } from "./library.ts";

const QUERY = /* GraphQL */ `
  query Films($after: String) {
    films(first: 3, after: $after) {
      nodes {
        id
        title
        studio {
          name
          city
        }
        tags
        reviews(first: 2) {
          totalCount
          nodes {
            id
            stars
            votes(first: 2) {
              edges {
                node {
                  id
                  weight
                }
              }
              pageInfo {
                hasNextPage
                endCursor
              }
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

async function extract(
  library: Library,
  config: Readonly<Record<string, unknown>>,
  withSchema: boolean,
): Promise<ExtractorRun> {
  const project = extractorProject({ endpoint: library.url, query: QUERY, ...config });
  if (!withSchema) return project.run();
  const schema = join(project.folder, "schema.graphql");
  writeFileSync(schema, SCHEMA);
  return project.run({ config: { schema } });
}

const shape = async (run: ExtractorRun, table: string): Promise<readonly string[]> =>
  (await run.query(`DESCRIBE "${table}"`)).map(
    (row) => `${row["column_name"] as string} ${row["column_type"] as string}`,
  );

describe("connections in connections of a real server", () => {
  test.each([true, false])("become tables of all their items (schema: %s)", async (withSchema) => {
    const library = await startLibrary(11);
    const run = await extract(library, { arrays: "tables" }, withSchema);
    expect(run.error).toBeUndefined();
    const { films } = library;
    expect(
      await run.query(
        'SELECT id, title, "studio.name" AS studio, "reviews.totalCount"::INTEGER AS n FROM films',
      ),
    ).toEqual(
      films.map(({ id, title, studio, reviews }) => ({
        id,
        title,
        studio: studio?.name ?? null,
        n: reviews.length,
      })),
    );
    const reviews = films.flatMap((film) =>
      film.reviews.map((review, at) => ({ film: film.id, place: BigInt(at), id: review.id })),
    );
    expect(
      (
        await run.query("SELECT _parent_id AS film, _index AS place, id FROM films__reviews ORDER BY rowid")
      ).toSorted(byText),
    ).toEqual(reviews.toSorted(byText));
    const votes = films.flatMap((film) =>
      film.reviews.flatMap((review) =>
        review.votes.map((vote, at) => ({ review: review.id, place: BigInt(at), ...vote })),
      ),
    );
    const votesTable = (await run.values("SHOW TABLES")).find((name) => (name as string).endsWith("votes"));
    expect(
      (
        await run.query(
          `SELECT _parent_id AS review, _index AS place, id, weight FROM "${votesTable as string}"`,
        )
      ).toSorted(byText),
    ).toEqual(votes.toSorted(byText));
    const tags = films.flatMap((film) =>
      film.tags.map((value, at) => ({ film: film.id, place: BigInt(at), value })),
    );
    expect(await run.query("SELECT _parent_id AS film, _index AS place, value FROM films__tags")).toEqual(
      tags,
    );
  });

  test("have the schema's types, in the order of the query", async () => {
    const run = await extract(await startLibrary(2), { arrays: "tables" }, true);
    expect(await shape(run, "films")).toEqual([
      "id VARCHAR",
      "title VARCHAR",
      "studio.name VARCHAR",
      "studio.city VARCHAR",
      "reviews.totalCount INTEGER",
    ]);
    expect(await shape(run, "films__reviews")).toEqual([
      "_parent_id VARCHAR",
      "_index BIGINT",
      "id VARCHAR",
      "stars INTEGER",
    ]);
  });

  test("stay JSON, complete", async () => {
    const library = await startLibrary(7);
    const run = await extract(library, {}, true);
    expect(run.error).toBeUndefined();
    const rows = await run.query('SELECT tags, "reviews.nodes" AS reviews FROM films');
    expect(
      rows.map(({ tags, reviews }) => [JSON.parse(tags as string), JSON.parse(reviews as string)] as unknown),
    ).toEqual(
      library.films.map((film) => [
        film.tags,
        film.reviews.map(({ id, stars, votes }) => ({
          id,
          stars,
          votes: { edges: votes.map((node) => ({ node })) },
        })),
      ]),
    );
  });

  test("lists of scalars become LISTs", async () => {
    const library = await startLibrary(4);
    const run = await extract(library, { arrays: "list" }, true);
    expect(run.error).toBeUndefined();
    expect(await run.values("SELECT tags FROM films")).toEqual(library.films.map(({ tags }) => tags));
  });
});

function byText(a: object, b: object): number {
  const [left, right] = [text(a), text(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function text(row: object): string {
  return Object.values(row).map(String).join(" ");
}
