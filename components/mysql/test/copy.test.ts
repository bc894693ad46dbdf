import { useServer } from "@osiris/services";
import { expect, test } from "vitest";
import { mysqlProject } from "./pipeline.ts";
import { connectionConfig, environmentOf, openClient, testServer } from "./server.ts";

const server = useServer(testServer());

server.prepare(async () => {
  await using client = await openClient(server);
  await client.query(
    "CREATE TABLE movies (id BIGINT PRIMARY KEY, title VARCHAR(20)); INSERT INTO movies VALUES (1, 'Up'), (2, 'Up, too')",
  );
});

test("rows come out of one table and go into another", async () => {
  const project = mysqlProject();
  const connection = connectionConfig(server);
  const run = await project.run(
    {
      movies: { component: "mysql.extractor", config: { ...connection, table: "movies" } },
      copy: { component: "mysql.writer", config: { ...connection, table: "copies", create_table: true } },
    },
    { environment: environmentOf(server) },
  );
  expect(run.error).toBeUndefined();
  expect(await run.values("SELECT title FROM movies ORDER BY id")).toEqual(["Up", "Up, too"]);
  await using client = await openClient(server);
  const [rows] = await client.query("SELECT * FROM copies ORDER BY id");
  expect(rows).toEqual([
    { id: "1", title: "Up" },
    { id: "2", title: "Up, too" },
  ]);
});
