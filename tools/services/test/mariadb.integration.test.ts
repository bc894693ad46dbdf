import { Readable } from "node:stream";

import { createConnection, type RowDataPacket } from "mysql2/promise";
import { describe, expect, test, vi } from "vitest";

import { mariadbServer, startServer, useServer } from "../src/index.ts";
import { GONE, look, THERE, tracesOf } from "./gone.ts";

// About servers that are started here.
vi.stubEnv("OSIRIS_TEST_MARIADB_URL", "");

async function ask(url: string, sql: string): Promise<readonly RowDataPacket[]> {
  await using connection = await createConnection(url);
  const [rows] = await connection.query<RowDataPacket[]>(sql);
  return rows;
}

describe("MariaDB", { timeout: 60_000 }, () => {
  const mariadb = useServer(mariadbServer());

  test("takes rows and gives them back", async () => {
    await ask(mariadb.url, "create table letters (id int primary key, letter text)");
    await ask(mariadb.url, "insert into letters values (1, 'a'), (2, '🦀')");
    expect(await ask(mariadb.url, "select * from letters order by id")).toEqual([
      { id: 1, letter: "a" },
      { id: 2, letter: "🦀" },
    ]);
  });

  test("loads local files", async () => {
    await using connection = await createConnection(mariadb.url);
    await connection.query("create table loaded (id int)");
    await connection.query({
      sql: "load data local infile 'any' into table loaded",
      infileStreamFactory: () => Readable.from([Buffer.from("1\n2\n")]),
    });
    expect(await ask(mariadb.url, "select count(*) as n from loaded")).toEqual([{ n: 2 }]);
  });

  test("refuses root without its password", async () => {
    const url = mariadb.url.replace(mariadb.password, "");
    await expect(ask(url, "select 1")).rejects.toMatchObject({ code: "ER_ACCESS_DENIED_ERROR" });
  });

  test("is the suite's own: a second one has another port and other data, and goes without a trace", async () => {
    const second = await startServer(mariadbServer({ settings: { "character-set-server": "latin1" } }));
    const traces = tracesOf(second);
    expect(second.port).not.toBe(mariadb.port);
    expect(await ask(second.url, "select @@character_set_server as charset")).toEqual([
      { charset: "latin1" },
    ]);
    await expect(ask(second.url, "select * from letters")).rejects.toMatchObject({
      code: "ER_NO_SUCH_TABLE",
    });
    expect(await look(traces)).toEqual(THERE);

    await second.close();

    expect(await look(traces)).toEqual(GONE);
    expect(await ask(mariadb.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });
});
