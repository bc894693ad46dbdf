import { describe, expect, test } from "vitest";
import { extractorProject } from "./run-extractor.ts";
import { movies, startApi } from "./server/api.ts";

const RELAY = `query Movies($after: String) {
  movies(first: 10, after: $after) { nodes { id title } pageInfo { hasNextPage endCursor } totalCount }
}`;

const IDS = "SELECT id FROM films";
const ids = (count: number): readonly string[] => movies(count).map(({ id }) => id);

describe("Relay connections", () => {
  test("are read to their end, one request a page", async () => {
    const api = await startApi(movies(25));
    const run = await extractorProject({ endpoint: api.url, query: RELAY }).run();
    expect(run.error).toBeUndefined();
    expect(await run.values(IDS)).toEqual(ids(25));
    expect(api.requests.map(({ body }) => body.variables)).toEqual([{}, { after: "c10" }, { after: "c20" }]);
    expect(run.metrics).toMatchObject({ requests_made: 3, pages_fetched: 3, retries: 0 });
  });
});
