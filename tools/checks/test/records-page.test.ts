import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EVENTS, METRICS } from "@osiris/runtime";
import { RECORDS_PAGE, recordsPage } from "../src/records-page.ts";

const root = join(import.meta.dirname, "../../..");

test("the reference page of run records is what the code says today (npm run docs:records)", () => {
  const formatted = execFileSync("oxfmt", ["--stdin-filepath", RECORDS_PAGE], {
    cwd: root,
    input: recordsPage(),
    encoding: "utf8",
  });
  expect(readFileSync(join(root, RECORDS_PAGE), "utf8")).toBe(formatted);
});

test("every event and every metric has a row that says what it is", () => {
  const page = readFileSync(join(root, RECORDS_PAGE), "utf8");
  for (const [name, { about }] of [...Object.entries(EVENTS), ...Object.entries(METRICS)]) {
    expect(page).toMatch(new RegExp(`^\\| \`${name}\``, "m"));
    expect(about).toMatch(/\w.*\.$/);
  }
});
