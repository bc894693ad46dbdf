import { expect, test } from "vitest";
import { FILM_STORE } from "../src/film-store.ts";
import { YamlLanguageServer, type Completion } from "../src/language-server.ts";
import { osiris } from "../src/osiris.ts";
import { pipeline, project } from "../src/project.ts";

const labels = (completions: readonly Completion[]): readonly string[] =>
  completions.map(({ label }) => label);

/** The line that names the schema, as the guide has it. */
const modeline = (schema: string): string => `# yaml-language-server: $schema=${schema}\n`;

const step = (component: string, mode: string, config: string): string =>
  `  - id: a\n    component: ${component}\n    mode: ${mode}\n    config:\n${config}`;

test("an editor completes and checks pipelines, by a first line that names the schema", async () => {
  const folder = project(FILM_STORE);
  const { exitCode } = await osiris(folder, "schema", "--out", "schemas/pipeline.json");
  expect(exitCode).toBe(0);
  await using server = await YamlLanguageServer.start(folder);
  // From the file's own folder, which is one below the project's.
  const head = modeline("../schemas/pipeline.json");
  const offered = async (steps: string): Promise<readonly Completion[]> =>
    await server.completions("pipeline.yaml", head + pipeline(steps));

  const components = await offered("  - id: a\n    component: ‸\n");
  expect(labels(components)).toEqual([
    "acme.films",
    "acme.prices",
    "duckdb.processor",
    "filesystem.csv_extractor",
    "filesystem.csv_writer",
    "graphql.extractor",
    "mysql.extractor",
    "mysql.writer",
  ]);
  expect(components[0]?.documentation).toBe("Reads films from a store.");
  expect(labels(await offered("  - id: a\n    component: acme.films\n    mode: ‸\n"))).toEqual([
    "read",
    "write",
  ]);
  expect(labels(await offered("  - id: a\n    mode: ‸\n"))).toEqual(["read", "transform", "write"]);
  const keys = labels(await offered("  - id: a\n    ‸\n"));
  expect(keys).toEqual(expect.arrayContaining(["component", "mode", "needs"]));
  expect(keys).not.toContain("uses");

  const fields = await offered(step("acme.films", "read", "      ‸\n"));
  expect(labels(fields)).toEqual(expect.arrayContaining(["connection", "host", "port", "genre", "pages"]));
  expect(fields.find(({ label }) => label === "host")?.documentation).toBe("The store's server.");
  expect(labels(fields)).not.toContain("path");
  expect(labels(await offered(step("acme.films", "read", "      genre: ‸\n")))).toEqual(["drama", "comedy"]);
  expect(labels(await offered(step("acme.films", "read", "      pages:\n        ‸\n")))).toEqual(
    expect.arrayContaining(["size", "all"]),
  );
  expect(labels(await offered(step("filesystem.csv_writer", "write", "      header: ‸\n")))).toEqual([
    "true",
    "false",
  ]);

  const hovered = step("filesystem.csv_extractor", "read", "      path: a.csv\n      deli‸miter: ;\n");
  expect(await server.hover("pipeline.yaml", head + pipeline(hovered))).toContain(
    "The character between fields",
  );

  const mistakes = async (steps: string): Promise<unknown> =>
    await server.diagnostics("pipeline.yaml", head + pipeline(steps));
  expect(
    await mistakes(step("filesystem.csv_extractor", "read", "      path: a\n      delimitr: ;\n")),
  ).toEqual([{ line: 10, message: "Property delimitr is not allowed." }]);
  expect(
    await mistakes(step("filesystem.csv_writer", "write", "      path: a\n      header: yes\n")),
  ).toEqual([{ line: 10, message: 'Incorrect type. Expected "boolean".' }]);
  expect(await mistakes(step("acme.film", "read", "      genre: drama\n"))).toEqual([
    { line: 6, message: expect.stringContaining('"acme.films" | "acme.prices"') as string },
  ]);
  const good = step("acme.films", "write", "      genre: ${params.genre}\n      port: ${PORT:-80}\n");
  expect(await mistakes(good)).toEqual([]);
  expect(await mistakes("  - { id: a, uses: acme.films, mode: read, with: { genre: drama } }\n")).toEqual([]);
});

test("an editor completes and checks the project's files, by the paths in its settings", async () => {
  const folder = project(FILM_STORE);
  for (const kind of ["connections", "project", "spec"]) {
    expect((await osiris(folder, "schema", kind, "--out", `.osiris/${kind}.json`)).exitCode).toBe(0);
  }
  await using server = await YamlLanguageServer.start(folder, {
    ".osiris/connections.json": "osiris_connections.yaml",
    ".osiris/project.json": "osiris.yaml",
    ".osiris/spec.json": ["spec.yaml"],
  });
  const connections = "connections:\n  acme:\n    main:\n";
  const offered = await server.completions("osiris_connections.yaml", `${connections}      ‸\n`);
  expect(labels(offered)).toEqual(
    expect.arrayContaining(["default", "host", "port", "password", "currency"]),
  );
  expect(labels(offered)).not.toContain("genre");
  expect(labels(await server.completions("osiris_connections.yaml", "connections:\n  ‸\n"))).toContain(
    "acme",
  );
  expect(
    await server.diagnostics(
      "osiris_connections.yaml",
      `${connections}      host: h\n      port: \${PORT}\n      hots: h\n  other: { x: { y: 1 } }\n`,
    ),
  ).toEqual([{ line: 6, message: "Property hots is not allowed." }]);

  expect(labels(await server.completions("osiris.yaml", "components:\n  ‸\n"))).toEqual(
    expect.arrayContaining(["allow", "deny"]),
  );
  expect(await server.diagnostics("osiris.yaml", "\ndrvers: []\n")).toEqual([
    { line: 2, message: "Property drvers is not allowed." },
  ]);
  expect(labels(await server.completions("spec.yaml", "inputs: ‸\n"))).toEqual(["none", "one", "many"]);
});
