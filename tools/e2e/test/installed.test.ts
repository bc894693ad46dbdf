import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exampleProject, REPOSITORY } from "../src/project.ts";

const PACKAGES = [
  "packages/core",
  "packages/compiler",
  "packages/runtime",
  "packages/cli",
  "components/csv",
  "components/duckdb",
];

function run(cwd: string, command: string, ...args: readonly string[]): string {
  // What the surrounding npm and Nx set would make the inner npm work on the outer project.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|NX_|INIT_CWD)/i.test(name)),
  );
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

test("the packed packages work in a project of their own", { timeout: 300_000 }, () => {
  const folder = exampleProject("movies");
  for (const name of PACKAGES)
    run(join(REPOSITORY, name), "npm", "pack", "--pack-destination", folder, "--ignore-scripts");
  const tarballs = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  expect(tarballs).toHaveLength(PACKAGES.length);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "movies", private: true }));
  run(folder, "npm", "install", ...tarballs.map((name) => `./${name}`));

  run(folder, "npx", "--no-install", "osiris", "run", "pipeline.yaml");
  expect(readFileSync(join(folder, "out/top-directors.csv"), "utf8")).toContain("Hana Mori,JP,2,");
  const list = JSON.parse(run(folder, "npx", "--no-install", "osiris", "components", "list", "--json")) as {
    components: { name: string; package: string }[];
  };
  expect(list.components.map((item) => item.name)).toEqual([
    "duckdb.processor",
    "filesystem.csv_extractor",
    "filesystem.csv_writer",
  ]);
  // One copy of the core, and with it of DuckDB's native library.
  const installed = realpathSync(join(folder, "node_modules/@osiris/core"));
  expect(installed.startsWith(realpathSync(folder))).toBe(true);
  expect(
    run(folder, "npm", "ls", "@duckdb/node-bindings", "--parseable").trim().split("\n").filter(Boolean),
  ).toHaveLength(1);
});
