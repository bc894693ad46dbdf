import { expect, test } from "vitest";
import { compile, type NamedFile, type ReadNamedFile } from "../src/index.ts";
import { components } from "./components.ts";

const CONNECTIONS = "connections:\n  file:\n    main: { types: shared.txt }\n";

function pipeline(config: string, query = "SELECT id FROM t"): string {
  return `oml_version: "0.1.0"
name: p
steps:
  - { id: t, component: file.typed, mode: read, config: { ${config} } }
  - { id: q, component: test.sql, mode: transform, config: { query: "${query}" } }
`;
}

/** What is found, as `code at text`, and the files that were asked for. */
async function compiled(
  oml: string,
  files: Readonly<Record<string, string>>,
): Promise<{
  readonly found: readonly string[];
  readonly asked: readonly NamedFile[];
  readonly ok: boolean;
}> {
  const asked: NamedFile[] = [];
  const readFile: ReadNamedFile = (file) => {
    asked.push(file);
    const text = files[file.path];
    return text === undefined ? { problem: "there is no such file" } : { text };
  };
  const connections = { text: CONNECTIONS, file: "connections.yaml" };
  const result = await compile({ text: oml, file: "p.yaml", components, connections, readFile });
  const found = result.findings.map(({ code, place }) => `${code} at ${place.file}:${place.line}`);
  return { found, asked, ok: result.ok };
}

test("a driver decides by a file's text, which is read once", async () => {
  const { ok, asked } = await compiled(pipeline("types: a.txt"), { "a.txt": "id BIGINT" });
  expect(ok).toBe(true);
  expect(asked).toEqual([{ path: "a.txt", from: "pipeline" }]);
  const wrong = await compiled(pipeline("types: a.txt"), { "a.txt": "name VARCHAR" });
  expect(wrong.found).toEqual(["sql.unknown_column at p.yaml:5"]);
  const refused = await compiled(pipeline("types: a.txt"), { "a.txt": "refuse me" });
  expect(refused.found).toEqual(["config.refused at p.yaml:4"]);
});

test("a path that a connection brings starts at its file, and what is wrong with it stands there", async () => {
  const given = pipeline("connection: '@file.main'");
  const { ok, asked } = await compiled(given, { "shared.txt": "id BIGINT" });
  expect(ok).toBe(true);
  expect(asked).toEqual([{ path: "shared.txt", from: "connections" }]);
  expect((await compiled(given, {})).found).toEqual(["config.unreadable_file at connections.yaml:3"]);
  expect((await compiled(given, { "shared.txt": "refuse me" })).found).toEqual([
    "config.refused at connections.yaml:3",
  ]);
});

test.each(["types: '${TYPES}'", "types: '$${a}.txt'"])(
  "a file that is not known before the run is not asked for: %s",
  async (config) => {
    const { ok, asked } = await compiled(pipeline(config), {});
    expect(ok).toBe(true);
    expect(asked).toEqual([]);
  },
);

test("without a reader no file is known", async () => {
  const { ok } = await compile({ text: pipeline("types: a.txt"), file: "p.yaml", components });
  expect(ok).toBe(true);
});

test("a driver that asks for another field is broken", async () => {
  const { found } = await compiled(pipeline("types: a.txt, ask: /other"), { "a.txt": "id BIGINT" });
  expect(found).toEqual(["step.driver_broken at p.yaml:4"]);
});
