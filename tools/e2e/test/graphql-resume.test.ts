import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { osiris, outcomeOf, startOsiris } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const PAGES = 12;
const PER_PAGE = 100;

interface Api {
  readonly url: string;
  /** Offsets that were asked for, in order. */
  readonly asked: readonly number[];
  /** Resolves when the given offset is asked for, once; its answer never comes. */
  hold(offset: number): Promise<void>;
}

/** Rows by offset; one request may be held for ever. */
async function startApi(): Promise<Api> {
  const asked: number[] = [];
  const held = new Map<number, () => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as { variables: { offset: number } };
      const { offset } = body.variables;
      asked.push(offset);
      const reached = held.get(offset);
      held.delete(offset);
      if (reached === undefined) answer(response, offset);
      else reached();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    asked,
    hold: (offset) => new Promise((resolve) => void held.set(offset, resolve)),
  };
}

function answer(response: ServerResponse, offset: number): void {
  const count = offset < PAGES * PER_PAGE ? PER_PAGE : 0;
  const list = Array.from({ length: count }, (_, index) => ({ id: offset + index, tags: ["a", "b"] }));
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ data: { list } }));
}

test("a GraphQL step that is killed between pages goes on, and no row is lost or doubled", async () => {
  const api = await startApi();
  const query = "query Rows($offset: Int!) { list(limit: 100, offset: $offset) { id tags } }";
  const folder = project({
    "pipeline.yaml": pipeline(
      `  - { id: rows, component: graphql.extractor, mode: read, config: ${JSON.stringify({
        endpoint: api.url,
        query,
        pagination: "offset",
        pagination_variable_name: "offset",
        checkpoint_seconds: 0,
        arrays: "tables",
      })} }\n`,
    ),
  });
  for (const [index, offset] of [400, 900].entries()) {
    const reached = api.hold(offset);
    const child = startOsiris(folder, "run", "pipeline.yaml", ...(index === 0 ? [] : ["--resume"]));
    const ended = outcomeOf(child);
    await reached;
    child.kill("SIGKILL");
    expect((await ended).exitCode).toBeNull();
  }
  const { exitCode, stderr } = await osiris(folder, "run", "pipeline.yaml", "--resume");
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  const sql = `SELECT (SELECT count(*) FROM rows) n, (SELECT count(DISTINCT id) FROM rows) ids,
    (SELECT bool_and(id = rowid) FROM rows) in_order, (SELECT count(*) FROM rows__tags) tags`;
  const { stdout } = await osiris(folder, "query", sql, "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    rows: [{ n: "1200", ids: "1200", in_order: true, tags: "2400" }],
  });
  // A page whose rows were not yet kept when the process died is asked for again, no other.
  expect(api.asked.filter((offset) => offset < 300)).toEqual([0, 100, 200]);
  expect(api.asked.length).toBeLessThanOrEqual(PAGES + 1 + 4);
});
