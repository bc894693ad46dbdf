import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { inFreshShell } from "../src/fresh-shell.ts";
import { tempFolder } from "../src/temp-folder.ts";
import { readPackages, REPOSITORY } from "../src/workspace.ts";

const published = readPackages(REPOSITORY).filter(({ folder }) => !folder.startsWith("tools/"));

test("the packed packages work in a project of their own", { timeout: 300_000 }, async () => {
  const project = tempFolder();
  // The machine's own Node may be older than what the published packages ask for.
  const node = `PATH='${dirname(process.execPath)}':"$PATH"`;
  const here = (commandLine: string): Promise<string> => inFreshShell(`${node} ${commandLine}`, project);
  const which = published.map(({ folder }) => `-w ${folder}`).join(" ");
  await inFreshShell(`npm pack --ignore-scripts --pack-destination '${project}' ${which}`, REPOSITORY);
  const tarballs = readdirSync(project).map((name) => `./${name}`);
  expect(tarballs).toHaveLength(published.length);

  cpSync(join(REPOSITORY, "docs/examples/movies/data"), join(project, "data"), { recursive: true });
  cpSync(join(REPOSITORY, "docs/examples/movies/pipeline.yaml"), join(project, "pipeline.yaml"));
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "project", private: true }));
  await here(`npm install ${tarballs.join(" ")}`);

  await here("npx --no-install osiris run pipeline.yaml");
  expect(readFileSync(join(project, "out/top-directors.csv"), "utf8")).toContain("Hana Mori,JP,2,");
  const list = JSON.parse(await here("npx --no-install osiris components list --json")) as {
    components: { name: string }[];
  };
  expect(list.components.map(({ name }) => name)).toEqual([
    "duckdb.processor",
    "filesystem.csv_extractor",
    "filesystem.csv_writer",
    "graphql.extractor",
    "mysql.extractor",
    "mysql.writer",
  ]);
  // What init makes runs, with the drivers that lie above it.
  await here("npx --no-install osiris init shop --yes");
  await inFreshShell(`${node} ../node_modules/.bin/osiris run pipeline.yaml`, join(project, "shop"));
  expect(readFileSync(join(project, "shop/out/countries.csv"), "utf8")).toContain("SE,1,250.00,2026-01-07");
  const doctor = JSON.parse(await here("npx --no-install osiris doctor --json")) as {
    checks: { status: string }[];
  };
  expect(doctor.checks.filter(({ status }) => status === "error")).toEqual([]);

  // Two copies of DuckDB's native library in one process crash it.
  const copies = await here("npm ls @duckdb/node-bindings --all --parseable");
  expect(copies.trim().split("\n")).toHaveLength(1);
});
