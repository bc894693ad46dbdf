import { describe, expect, test } from "vitest";
import { extractorProject, type ExtractorProject } from "./run-extractor.ts";
import { answer, startApi, type Api, type Movie } from "./server/api.ts";

const QUERY = `query Movies($after: String, $since: String) {
  movies(first: 2, after: $after, since: $since) { nodes { id title updatedAt } pageInfo { hasNextPage endCursor } }
}`;

const movie = (id: number, updatedAt: string | null, title = `Movie ${id}`): Movie => ({
  id: String(id),
  title,
  updatedAt,
});
const at = (minute: number): string => `2024-01-01T00:${String(minute).padStart(2, "0")}:00Z`;

const STATE_HASH = expect.stringMatching(/^[\w-]{16}$/) as string;

async function project(rows: Movie[], incremental: object): Promise<{ api: Api; films: ExtractorProject }> {
  const api = await startApi(rows);
  const config = { variable: "since", field: "updatedAt", ...incremental };
  return { api, films: extractorProject({ endpoint: api.url, query: QUERY, incremental: config }) };
}

/** The ids that a run delivers. */
async function delivered(films: ExtractorProject): Promise<readonly unknown[]> {
  const done = await films.run();
  expect(done.error).toBeUndefined();
  return done.values("SELECT id || ' ' || title FROM films");
}

/** What the query was asked for since the last call. */
function sinceOf(api: Api): () => readonly unknown[] {
  let from = 0;
  return () => {
    const asked = api.requests.slice(from).map(({ body }) => body.variables["since"]);
    from = api.requests.length;
    return [...new Set(asked)];
  };
}

describe("reading what is new", () => {
  test("asks from the newest row on, and leaves out what was delivered, ties and late rows included", async () => {
    const rows = [movie(1, at(1)), movie(2, at(2)), movie(3, at(2))];
    const { api, films } = await project(rows, { key: ["id"] });
    const asked = sinceOf(api);
    expect(await delivered(films)).toEqual(["1 Movie 1", "2 Movie 2", "3 Movie 3"]);
    expect(asked()).toEqual([undefined]);

    // At the very moment of the newest one another has come; and one of those known has changed.
    rows.push(movie(4, at(2)), movie(5, at(3)), movie(2, at(4), "Changed"));
    expect(await delivered(films)).toEqual(["4 Movie 4", "5 Movie 5", "2 Changed"]);
    expect(asked()).toEqual([at(2)]);

    rows.push(movie(6, at(4)));
    expect(await delivered(films)).toEqual(["6 Movie 6"]);
    expect(asked()).toEqual([at(4)]);

    expect(await delivered(films)).toEqual([]);
    expect(asked()).toEqual([at(4)]);
  });

  test("looks back for rows that come late", async () => {
    const rows = [movie(1, at(1)), movie(2, at(10))];
    const { api, films } = await project(rows, { key: ["id"], lookback: "5m" });
    await films.run();
    rows.push(movie(3, at(7)), movie(4, at(4)));
    const asked = sinceOf(api);
    asked();
    expect(await delivered(films)).toEqual(["3 Movie 3"]);
    expect(asked()).toEqual([at(5)]);
    // What the run before has seen in the overlap is still known.
    expect(await delivered(films)).toEqual([]);
  });

  test("without a key delivers the overlap again", async () => {
    const { films } = await project([movie(1, at(1)), movie(2, at(2))], {});
    await films.run();
    expect(await delivered(films)).toEqual(["2 Movie 2"]);
  });

  test("begins at initial", async () => {
    const { api, films } = await project([movie(1, at(1)), movie(2, at(2))], { initial: at(2) });
    expect(await delivered(films)).toEqual(["2 Movie 2"]);
    expect(sinceOf(api)()).toEqual([at(2)]);
  });

  test("goes on, after a result that was cut off, where rows come in order", async () => {
    const rows = [movie(1, at(1)), movie(2, at(2)), movie(3, at(2)), movie(4, at(3))];
    const { films } = await project(rows, { key: ["id"] });
    const config = { max_pages: 1, allow_truncated: true };
    const first = await films.run({ config });
    expect(await first.values("SELECT id FROM films")).toEqual(["1", "2"]);
    expect(first.state).toMatchObject({ newest: at(2) });
    expect(await delivered(films)).toEqual(["3 Movie 3", "4 Movie 4"]);
  });

  test("begins anew, after a result that was cut off, where they do not", async () => {
    const rows = [movie(4, at(4)), movie(3, at(3)), movie(2, at(2)), movie(1, at(1))];
    const { films } = await project(rows, { key: ["id"] });
    const first = await films.run({ config: { max_pages: 1, allow_truncated: true } });
    expect(first.error).toBeUndefined();
    expect(first.state).toBeUndefined();
    expect(first.warnings).toContainEqual(expect.stringContaining("not in the order"));
    expect(await delivered(films)).toHaveLength(4);
  });

  test("begins anew, after a result that was cut off, where nothing tells their order", async () => {
    const rows = [movie(3, at(3)), movie(2, at(3)), movie(1, at(1))];
    const { films } = await project(rows, { key: ["id"] });
    const first = await films.run({ config: { max_pages: 1, allow_truncated: true } });
    expect(first.state).toBeUndefined();
    expect(first.warnings).toContainEqual(expect.stringContaining("all the same value"));
    expect(await delivered(films)).toHaveLength(3);
  });

  test("knows what came, after a result that was cut off, where it is no further", async () => {
    const rows = [movie(1, at(1)), movie(2, at(2))];
    const { films } = await project(rows, { key: ["id"] });
    await films.run();
    rows.push(movie(3, at(2)), movie(4, at(2)));
    const cut = await films.run({ config: { max_pages: 1, allow_truncated: true } });
    expect(await cut.values("SELECT id FROM films")).toEqual(["3"]);
    expect(cut.warnings).toContainEqual(expect.stringContaining("begins where this one did"));
    expect(await delivered(films)).toEqual(["4 Movie 4"]);
  });

  test("keeps the state when nothing has come", async () => {
    const rows = [movie(1, at(1))];
    const { films } = await project(rows, { key: ["id"], initial: at(0) });
    const first = await films.run();
    expect(first.state).toEqual({ newest: at(1), seen: [STATE_HASH] });
    rows.pop();
    const second = await films.run();
    expect(second.error).toBeUndefined();
    expect(second.state).toEqual(first.state);
  });

  test("leaves no state when there has never been a row", async () => {
    const { films } = await project([], { initial: at(0) });
    expect((await films.run()).state).toBeUndefined();
  });

  test("compares moments, not texts", async () => {
    const rows = [
      movie(1, "2024-01-01T02:00:00+02:00"),
      movie(2, "2024-01-01T00:00:00.5Z"),
      movie(3, "2024-01-01T01:00:00+02:00"),
    ];
    const { films } = await project(rows, {});
    expect((await films.run()).state).toMatchObject({ newest: "2024-01-01T00:00:00.5Z" });
  });

  test("delivers rows without a value, counts them and warns", async () => {
    const { films } = await project([movie(1, null), movie(2, at(2))], { key: ["id"] });
    const done = await films.run();
    expect(await done.values("SELECT id FROM films")).toEqual(["1", "2"]);
    expect(done.metrics).toMatchObject({ rows_without_position: 1 });
    expect(done.warnings).toContainEqual(expect.stringContaining('1 rows have no value in "updatedAt"'));
  });

  test("warns of a newest row of the future", async () => {
    const { films } = await project([movie(1, at(1)), movie(2, "2999-12-31T00:00:00Z")], {});
    const warning = expect.stringContaining('"2999-12-31T00:00:00Z", in the future') as string;
    expect((await films.run()).warnings).toContainEqual(warning);
    const { films: others } = await project([movie(1, at(1))], {});
    expect((await others.run()).warnings).toEqual([]);
  });

  test("does not count a failed run", async () => {
    const rows = [movie(1, at(1)), movie(2, "soon")];
    const { films } = await project(rows, { key: ["id"] });
    const failed = await films.run();
    expect(failed.error).toMatchObject({ code: "graphql.bad_position" });
    expect(failed.state).toBeUndefined();
    rows.pop();
    expect(await delivered(films)).toEqual(["1 Movie 1"]);
  });

  test("refuses a state of another form, and one of other values", async () => {
    const { films } = await project([movie(1, at(1))], {});
    await films.setState({ cursor: 5 });
    const done = await films.run();
    expect(done.error).toMatchObject({ code: "graphql.foreign_state" });
    expect(done.error?.hint).toContain("osiris state reset");
    await films.setState({ newest: "2024-01-01", seen: [] });
    const other = await films.run();
    expect(other.error).toMatchObject({ code: "graphql.mixed_positions" });
    expect(other.error?.hint).toContain("osiris state reset");
  });

  test("goes by numbers beyond what a double holds, too", async () => {
    const page = (text: string): string =>
      `{"data":{"movies":{"nodes":[${text}],"pageInfo":{"hasNextPage":false}}}}`;
    const texts = ["9007199254740993", "9007199254740995"].map((at) =>
      page(`{"id":"${at}","title":"","updatedAt":${at}}`),
    );
    const bodies: unknown[] = [];
    const api = await startApi([], (n, received, response) => {
      bodies.push(received.body.variables);
      return answer(response, texts[n - 1]);
    });
    const incremental = { variable: "since", field: "updatedAt", lookback: 2 };
    const films = extractorProject({ endpoint: api.url, query: QUERY, incremental });
    expect((await films.run()).state).toMatchObject({ newest: { numeral: "9007199254740993" } });
    expect((await films.run()).state).toMatchObject({ newest: { numeral: "9007199254740995" } });
    expect(bodies).toEqual([{}, { since: 9007199254740991 }]);
  });

  test("refuses a lookback in which too many rows are", async () => {
    const nodes = Array.from({ length: 40_001 }, (_, id) => ({
      id: String(id),
      title: null,
      updatedAt: at(1),
    }));
    const body = { data: { movies: { nodes, pageInfo: { hasNextPage: false } } } };
    const api = await startApi([], (_, __, response) => answer(response, body));
    const incremental = { variable: "since", field: "updatedAt", key: ["id"] };
    const done = await extractorProject({ endpoint: api.url, query: QUERY, incremental }).run();
    expect(done.error).toMatchObject({ code: "graphql.lookback_too_wide" });
  });
});
