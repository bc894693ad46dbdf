import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { inFreshShell } from "../src/fresh-shell.ts";
import { tempFolderForFile } from "../src/temp-folder.ts";
import { REPOSITORY } from "../src/workspace.ts";

const FIRST_COMMAND = "npm ci && npx osiris run docs/examples/movies/pipeline.yaml";

/** What is committed, and only that: a file that git does not know yet is missing here, as it is for everyone else. */
describe("a fresh clone of HEAD", () => {
  const clone = join(tempFolderForFile(), "osiris");
  const here = (commandLine: string): Promise<string> => inFreshShell(commandLine, clone);

  beforeAll(async () => {
    await inFreshShell(`git clone --quiet '${REPOSITORY}' '${clone}'`, REPOSITORY);
  });

  test("starts its README with the two commands", () => {
    const top = readFileSync(join(clone, "README.md"), "utf8").split("\n").slice(0, 4);
    expect(top).toEqual(["```sh", FIRST_COMMAND, "npm ci && npm test", "```"]);
  });

  test("has the command as an executable file", async () => {
    expect(await here("git ls-files --stage packages/cli/bin/osiris.js")).toMatch(/^100755 /);
  });

  // What follows needs what this one installs.
  test("runs the first command, which writes the example's result", { timeout: 900_000 }, async () => {
    await here(FIRST_COMMAND);
    const result = readFileSync(join(clone, "docs/examples/movies/out/top-directors.csv"), "utf8");
    expect(result).toMatch(/^director,country,movies,first_released,profit\n.+\n/);
  });

  test("links the command", () => {
    expect(statSync(join(clone, "node_modules/.bin/osiris")).mode & 0o111).toBe(0o111);
  });

  test("prints one JSON document for npx osiris version --json", async () => {
    const document: unknown = JSON.parse(await here("npx osiris version --json"));
    expect(document).toMatchObject({ osiris: expect.stringMatching(/^\d+\.\d+\.\d+/) as string });
  });

  test("stays clean: git ignores what a build and a run leave behind", async () => {
    expect(await here("git status --porcelain")).toBe("");
  });
});
