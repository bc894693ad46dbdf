import { expect, test } from "vitest";
import { hostsIn } from "../src/explain/hosts.ts";

test.each([
  ["https://api.acme.com/v1/films?key=k", "api.acme.com"],
  ["https://hooks.acme.com/services/T0/B0/x", "hooks.acme.com"],
  ["https://api.acme.com:8443#part", "api.acme.com:8443"],
  ["postgres://ann:${PW:-a/b@c}@db.acme.com:5432/films", "db.acme.com:5432"],
  ["postgres://${USER}:${PW}@${HOST}:${PORT}/${DB}", "${HOST}:${PORT}"],
  ["mongodb://ann:x@y@a:1,b:2/films", "a:1,b:2"],
  ["jdbc:postgresql://db:5432/films;password=${PW}", "db:5432"],
  ["${SCHEME:-https}://${HOST:-api.acme.com}/x", "${HOST:-api.acme.com}"],
  ["${URL}", "${URL}"],
  ["${URL:-https://ann:x@api.acme.com/services/x}", "${URL:-api.acme.com}"],
  ["hooks.acme.com/services/x", "hooks.acme.com"],
  ["[::1]:5432", "[::1]:5432"],
  ["/run/db.sock", "/run/db.sock"],
  ["unix:///run/db.sock?token=x", "unix:///run/db.sock"],
  ["host=db user=ann password=${PW}", "(set in url)"],
  ["Server=db;Uid=ann", "(set in url)"],
])("%s leads to %s", (url, host) => {
  expect(hostsIn("url", { url })).toEqual([host]);
});

test("a bare name gets the port beside it", () => {
  expect(hostsIn("host", { host: "db", port: 5432 })).toEqual(["db:5432"]);
  expect(hostsIn("host", { host: "${HOST}", port: "${PORT:-5432}" })).toEqual(["${HOST}:${PORT:-5432}"]);
  expect(hostsIn("host", { host: "db:1", port: 5432 })).toEqual(["db:1"]);
  expect(hostsIn("host", { host: "https://db", port: 5432 })).toEqual(["db"]);
  expect(hostsIn("host", { host: "db", port: "5432/x" })).toEqual(["db"]);
});

test("a field may name several servers, or none", () => {
  expect(hostsIn("hosts", { hosts: ["a", "https://b/x"] })).toEqual(["a", "b"]);
  expect(hostsIn("hosts", { hosts: "" })).toEqual([]);
  expect(hostsIn("hosts", {})).toEqual([]);
});
