import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FINDING_CODES } from "@osiris/compiler";
import { FINDINGS_PAGE, findingsPage } from "../src/findings-page.ts";

const root = join(import.meta.dirname, "../../..");

test("the reference page of finding codes is what the code says today (npm run docs:findings)", () => {
  const formatted = execFileSync("oxfmt", ["--stdin-filepath", FINDINGS_PAGE], {
    cwd: root,
    input: findingsPage(),
    encoding: "utf8",
  });
  expect(readFileSync(join(root, FINDINGS_PAGE), "utf8")).toBe(formatted);
});

test("every code has a row with its cause and its remedy", () => {
  const page = readFileSync(join(root, FINDINGS_PAGE), "utf8");
  for (const [code, { cause, remedy }] of Object.entries(FINDING_CODES)) {
    expect(page).toMatch(new RegExp(`^\\| \`${code.replace(".", "\\.")}\``, "m"));
    expect(cause).toMatch(/\w.*\.$/);
    expect(remedy).toMatch(/\w.*\.$/);
  }
});
