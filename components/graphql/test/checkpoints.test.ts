import { describe, expect, test } from "vitest";
import { extractorProject } from "./run-extractor.ts";
import { answer, movies, startApi } from "./server/api.ts";

const QUERY = `query Movies($after: String, $since: String) {
  movies(first: 10, after: $after, since: $since) {
    nodes { id title updatedAt broken } pageInfo { hasNextPage endCursor } totalCount
  }
}`;

describe("an attempt that goes on after a checkpoint", () => {
  test("reads the next page first, and no page twice", async () => {
    // The fourth page fails for good in the first attempt.
    const api = await startApi(movies(55), (n, _, response) =>
      n === 4 ? answer(response, "busy", { status: 503 }) : "pass",
    );
    const films = extractorProject(
      {
        endpoint: api.url,
        query: QUERY,
        max_retries: 0,
        checkpoint_seconds: 0,
        on_partial: "keep",
        pagination_total_path: "data.movies.totalCount",
        incremental: { variable: "since", field: "updatedAt", key: ["id"], lookback: "30m" },
      },
      { attempts: 2 },
    );
    const done = await films.run();
    expect(done.error).toBeUndefined();
    expect(done.record.steps[0]).toMatchObject({ attempts: 2 });
    expect(api.requests.map(({ body }) => body.variables["after"])).toEqual([
      undefined,
      "c10",
      "c20",
      "c30",
      "c30",
      "c40",
      "c50",
    ]);
    expect(await done.values("SELECT id FROM films")).toEqual(movies(55).map(({ id }) => id));
    expect(
      await done.query("SELECT page, count(*)::INTEGER AS n FROM films__errors GROUP BY page ORDER BY page"),
    ).toEqual([1n, 2n, 3n, 4n, 5n].map((page) => ({ page, n: 5 })).concat([{ page: 6n, n: 2 }]));
    // What the first attempt has read within the lookback is known to the next run.
    expect((await films.run()).metrics).toMatchObject({ known_rows: 31 });
  });

  test("stops at max_pages of all attempts", async () => {
    const api = await startApi(movies(55), (n, _, response) =>
      n === 3 ? answer(response, "busy", { status: 503 }) : "pass",
    );
    const config = {
      max_retries: 0,
      checkpoint_seconds: 0,
      max_pages: 3,
      allow_truncated: true,
      on_partial: "keep",
    };
    const done = await extractorProject(
      { endpoint: api.url, query: QUERY, ...config },
      { attempts: 2 },
    ).run();
    expect(done.error).toBeUndefined();
    expect(await done.values("SELECT id FROM films")).toEqual(movies(30).map(({ id }) => id));
  });

  test("there are none before the time has come", async () => {
    const api = await startApi(movies(25));
    const config = { query: QUERY, on_partial: "keep", checkpoint_seconds: 600 };
    const done = await extractorProject({ endpoint: api.url, ...config }).run();
    expect(done.events.filter(({ event }) => event === "checkpoint")).toEqual([]);
  });

  test("there is none after the last page", async () => {
    const api = await startApi(movies(25));
    const config = { query: QUERY, on_partial: "keep", checkpoint_seconds: 0 };
    const done = await extractorProject({ endpoint: api.url, ...config }).run();
    expect(done.events.filter(({ event }) => event === "checkpoint")).toHaveLength(2);
  });
});
