import * as fc from "fast-check";
import { parse, stringify } from "yaml";

/** What files of ours are made of, and what hurts parsers. */
const TOKENS = [
  ...Array.from(
    "\n\r\t :-?,[]{}#&*!|>'\"%@`$\\~=<>/.0aé📅\u0000\u0001\u001b\u007f\u0085\u00a0\u2028\u202e\ufeff\ud800",
  ),
  "\r\n",
  "---\n",
  "...\n",
  "- ",
  "  ",
  ": ",
  "? ",
  "&a ",
  "*a",
  "<<: *a",
  "!!binary ",
  "!!js/function ",
  "!!set",
  "!x ",
  "%YAML 1.1\n---\n",
  "|-\n",
  ">2+\n",
  "${",
  "${params.top}",
  "${params.nope}",
  "${HOME}",
  "${HOME:-x}",
  "${lower}",
  "$${",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "true",
  "yes",
  "1e999",
  ".nan",
  "-.inf",
  "0o17",
  "0x1F",
  "-0",
  "12345678901234567890",
  "2026-01-01",
  "2001-12-14t21:59:43.10-05:00",
  "\\u0000",
  '"\\ud800"',
  '"\\x41\\U0001F600\\_\\N"',
  "id",
  "steps",
  "config",
  "with",
  "uses",
  "needs",
  "input",
  "connection",
  "@acme.main",
  "@acme",
  "input_df",
  "orders",
  "a__b",
  "acme.sql",
  "acme.denied",
  "duckdb.processor",
  "password: hunter2",
  "SELECT",
  "FROM orders",
  "'",
  "''",
  "--",
  "/*",
];

const token = fc.constantFrom(...TOKENS);

export const arbitraryText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    maxLength: 60,
  }),
  fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join("")),
  // One thing again and again: what a parser does with it must not grow with its square.
  fc.tuple(token, token, fc.nat(2_000)).map(([a, b, times]) => (a + b).repeat(times)),
);

type Mutation = (text: string) => string;

const at = fc.double({ min: 0, max: 1, noNaN: true });
const place = (text: string, share: number): number => Math.floor(share * text.length);
const lines =
  (change: (lines: string[]) => string[]): Mutation =>
  (text) =>
    change(text.split("\n")).join("\n");

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(at, token).map(([share, word]): Mutation => (text) => {
    const start = place(text, share);
    return text.slice(0, start) + word + text.slice(start);
  }),
  fc.tuple(at, fc.nat(30), token).map(([share, length, word]): Mutation => (text) => {
    const start = place(text, share);
    return text.slice(0, start) + word + text.slice(start + length);
  }),
  fc.tuple(at, fc.nat(80)).map(([share, length]): Mutation => (text) => {
    const start = place(text, share);
    return text.slice(0, start) + text.slice(start + length);
  }),
  fc.tuple(at, at, fc.nat(80)).map(([from, to, length]): Mutation => (text) => {
    const part = text.slice(place(text, from), place(text, from) + length);
    return text.slice(0, place(text, to)) + part + text.slice(place(text, to));
  }),
  fc.tuple(at, at).map(([from, to]): Mutation =>
    lines((all) => {
      const [line = ""] = all.splice(Math.floor(from * all.length), 1);
      all.splice(Math.floor(to * all.length), 0, line);
      return all;
    }),
  ),
  at.map((share) => lines((all) => all.filter((_, index) => index !== Math.floor(share * all.length)))),
  fc.tuple(at, fc.integer({ min: -4, max: 4 })).map(([share, by]): Mutation =>
    lines((all) => {
      const index = Math.floor(share * all.length);
      const line = all[index] ?? "";
      all[index] = by < 0 ? line.slice(-by) : " ".repeat(by) + line;
      return all;
    }),
  ),
  // Another word of the file in its place: what is left is often nearly right.
  fc.tuple(at, at).map(([from, to]): Mutation => (text) => {
    const words = [...text.matchAll(/[\w.@{}$-]+/g)];
    const word = words[Math.floor(from * words.length)];
    const other = words[Math.floor(to * words.length)];
    if (word === undefined || other === undefined) return text;
    return text.slice(0, other.index) + word[0] + text.slice(other.index + other[0].length);
  }),
  fc.tuple(at, fc.nat(255)).map(([share, byte]): Mutation => (text) => {
    const bytes = Buffer.from(text);
    bytes[Math.floor(share * bytes.length)] = byte;
    return bytes.toString("utf8");
  }),
  at.map(
    (share): Mutation =>
      (text) =>
        text.slice(0, place(text, share)),
  ),
  fc.constant<Mutation>((text) => text.replaceAll("\n", "\r\n")),
  fc.constant<Mutation>((text) => `\uFEFF${text}`),
);

/** The text with a few things wrong. */
export function mutated(text: string): fc.Arbitrary<string> {
  return fc
    .array(mutation, { minLength: 1, maxLength: 4 })
    .map((mutations) => mutations.reduce((result, mutate) => mutate(result), text));
}

const KEYS =
  "id component mode config needs input params profiles steps description metadata type default enum min max query path password headers connection host __proto__ constructor toString length << 0 -1 a".split(
    " ",
  );
const leaf = fc.oneof(
  token,
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, NaN, Infinity, -0, 2 ** 53, 1e21, 5e-324),
);

/** Any value that YAML can hold, of any shape. */
const structure: fc.Arbitrary<unknown> = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("any"), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 5 })), tie("any")), {
        maxLength: 4,
      })
      .map((entries) => Object.fromEntries(entries)),
  ),
})).any;

type Container = Record<string | number, unknown>;

function containersIn(value: unknown): readonly Container[] {
  if (typeof value !== "object" || value === null) return [];
  return [value as Container, ...Object.values(value).flatMap(containersIn)];
}

/** The file with some value replaced by any other, or with a key that does not belong there. */
export function restructured(text: string): fc.Arbitrary<string> {
  const change = fc.tuple(at, at, fc.option(fc.constantFrom(...KEYS)), structure);
  return fc.tuple(fc.array(change, { minLength: 1, maxLength: 2 }), fc.boolean()).map(([changes, flow]) => {
    const root = { file: parse(text) as unknown };
    for (const [which, where, newKey, value] of changes) {
      const containers = containersIn(root);
      const container = containers[Math.floor(which * containers.length)] ?? root;
      const keys = Object.keys(container);
      if (Array.isArray(container) && newKey !== null) {
        container.push(value);
        continue;
      }
      const key = newKey ?? keys[Math.floor(where * keys.length)] ?? "a";
      Object.defineProperty(container, key, { value, enumerable: true, writable: true, configurable: true });
    }
    return stringify(root.file, { collectionStyle: flow ? "flow" : "block" }) ?? "";
  });
}

const QUERIES = [
  "SELECT id, sum(amount) AS total FROM orders WHERE sold_on >= DATE '2026-01-01' GROUP BY 1 HAVING total > 1.5",
  "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 10) FROM r",
  "SELECT o.*, c.name, row_number() OVER (PARTITION BY c.id ORDER BY o.amount DESC) FROM orders AS o LEFT JOIN customers AS c ON c.id = o.customer",
  "FROM orders PIVOT (sum(amount) FOR customer IN ('a', 'b'))",
  "SELECT * EXCLUDE (note), note->>'$.a[0]', [x * 2 FOR x IN [1, 2, 3]], {'a': 1} FROM input_df",
  "SELECT COLUMNS('^s'), list_transform(range(3), x -> x + 1), repeat('ab', 3) FROM (VALUES (1, 'š'), (2, '📅')) AS v(a, \"b c\")",
  "SELECT * FROM read_csv('/etc/passwd'), pragma_version(), orders AT (VERSION => 1)",
  "CREATE TABLE x AS SELECT * FROM orders; DROP TABLE x",
  "SELECT CASE WHEN amount IS NULL THEN ? ELSE $1 END FROM main.orders USING SAMPLE 10%",
  "INSERT INTO x SELECT 1; PIVOT orders ON customer USING sum(amount) GROUP BY id",
];

const sqlToken = fc.constantFrom(
  ..."()*,;.+-/%'\"$?:[]{}<>=!^&|~@# \n\té\u0000📅".split(""),
  ..."SELECT FROM WHERE WITH AS JOIN USING ON GROUP BY ALL ORDER LIMIT UNION EXCEPT VALUES NOT NULL IN EXISTS CASE WHEN THEN END CAST TRY_CAST PIVOT UNPIVOT DESCRIBE SUMMARIZE EXPLAIN ATTACH COPY SET PRAGMA CALL LATERAL UNNEST QUALIFY WINDOW OVER FILTER RECURSIVE MATERIALIZED ASOF POSITIONAL orders customers input_df recent_orders amount id sum(amount) count(*) range(3) repeat('a',3) 1 1.5 'text' 1e999 0x1f DATE '2026-01-01' INTERVAL 1 DAY BIGINT STRUCT(a INT) MAP INT[] -- /* */ $$ $1 ? COLUMNS(*) EXCLUDE REPLACE getenv('HOME') nextval('s') main.orders \"order s\""
    .split(" ")
    .map((word) => `${word} `),
);

export const arbitrarySql: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 100 }),
  fc.array(sqlToken, { maxLength: 40 }).map((tokens) => tokens.join("")),
  fc.constantFrom(...QUERIES).chain(mutated),
  fc
    .tuple(fc.constantFrom(...QUERIES), fc.array(fc.tuple(at, sqlToken), { maxLength: 4 }))
    .map(([query, words]) =>
      words.reduce((text, [share, word]) => {
        const start = place(text, share);
        return text.slice(0, start) + word + text.slice(start);
      }, query),
    ),
);
