// A GraphQL server for this example: it runs the command that it is given, tells it by the environment where it is, and ends.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { buildSchema, graphql } from "graphql";

const read = (file) => readFileSync(new URL(file, import.meta.url), "utf8");
const schema = buildSchema(read("schema.graphql"));
const token = randomUUID();

/** A page of a list, as Relay has it. A cursor is the place in the list. */
function connection(list, { first, after }) {
  const start = after === undefined ? 0 : Number(after);
  const end = Math.min(start + first, list.length);
  const pageInfo = { hasNextPage: end < list.length, endCursor: end > start ? String(end) : null };
  return { nodes: list.slice(start, end), pageInfo };
}

const directors = JSON.parse(read("data/directors.json")).map(({ films, ...director }) => ({
  __typename: "Director",
  ...director,
  films: (page) => connection(films, page),
}));
const films = JSON.parse(read("data/directors.json"))
  .flatMap((director) => director.films)
  .map((film) => ({ __typename: "Film", ...film }));

const rootValue = {
  directors: (page) => connection(directors, page),
  node: ({ id }) => [...directors, ...films].find((object) => object.id === id),
};

async function answer(request, response) {
  response.setHeader("content-type", "application/json");
  if (request.headers.authorization !== `Bearer ${token}`) {
    response.statusCode = 401;
    return response.end('{"errors":[{"message":"Who are you?"}]}');
  }
  const { query, variables, operationName } = JSON.parse(await text(request));
  const result = await graphql({
    schema,
    rootValue,
    source: query,
    variableValues: variables,
    operationName,
  });
  response.end(JSON.stringify(result));
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => response.destroy(error));
});
server.listen(0, "127.0.0.1", () => {
  const FILMS_API = `http://127.0.0.1:${server.address().port}/graphql`;
  const env = { ...process.env, FILMS_API, FILMS_TOKEN: token };
  const [command, ...args] = process.argv.slice(2);
  const child = spawn(command, args, { env, stdio: "inherit", shell: process.platform === "win32" });
  child.on("exit", (code) => process.exit(code ?? 1));
});
