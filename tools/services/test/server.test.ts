import { expect, test } from "vitest";

import { parseAddress } from "../src/server.ts";

test("takes an address from its URL", () => {
  const url = "postgres://me%40home:p%2Fw@db.example:6543/my%20data";
  expect(parseAddress(url)).toEqual({
    url,
    host: "db.example",
    port: 6543,
    user: "me@home",
    password: "p/w",
    database: "my data",
  });
});

test.for([
  ["mysql://h", 3306],
  ["postgres://h", 5432],
  ["redis://h", 6379],
  ["http://h/graphql", 80],
  ["https://h/graphql", 443],
] as const)("knows the usual port of %s", ([url, port]) => {
  expect(parseAddress(url).port).toBe(port);
});

test("takes an IPv6 host without its brackets", () => {
  expect(parseAddress("redis://[::1]:1").host).toBe("::1");
});

test("refuses a URL whose port it cannot know", () => {
  expect(() => parseAddress("gopher://h")).toThrow("gopher:");
});
