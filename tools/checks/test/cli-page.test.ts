import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cliReference } from "@osiris/cli/reference";
import { CLI_PAGE, cliPage } from "../src/cli-page.ts";

const root = join(import.meta.dirname, "../../..");
const commands = cliReference().groups.flatMap((group) => group.commands);

test("the reference page of the command line is what the program says today (npm run docs:cli)", () => {
  const formatted = execFileSync("oxfmt", ["--stdin-filepath", CLI_PAGE], {
    cwd: root,
    input: cliPage(),
    encoding: "utf8",
  });
  expect(readFileSync(join(root, CLI_PAGE), "utf8")).toBe(formatted);
});

test.each(commands.map((command) => [command.name, command] as const))(
  "%s says what it does, and what each argument and option is",
  (_, { description, arguments: args, options }) => {
    expect(description).toMatch(/^[A-Z].*\.$/);
    for (const { description: said } of [...args, ...options]) expect(said).toMatch(/^\S.*[^.\s]$/);
    expect(options.map(({ name }) => name)).toContain("--json");
  },
);

test.each(commands.map((command) => [command.name, command] as const))(
  "%s says what is taken where an option is not given",
  (_, { options, arguments: args }) => {
    const silent = [...args, ...options].filter(
      ({ takesValue, default: given, description }) =>
        takesValue && given === undefined && !/\(default: .+\)$|not with --/.test(description),
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  },
);
