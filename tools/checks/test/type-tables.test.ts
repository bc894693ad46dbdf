import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TYPE_TABLES, withTypeTable } from "../src/type-tables.ts";

const root = join(import.meta.dirname, "../../..");

test.each(Object.entries(TYPE_TABLES))(
  "the types in %s are what the code says today (npm run docs:types)",
  (file, types = []) => {
    const readme = readFileSync(join(root, file), "utf8");
    const formatted = execFileSync("oxfmt", ["--stdin-filepath", file], {
      cwd: root,
      input: withTypeTable(readme, types),
      encoding: "utf8",
    });
    expect(types.length).toBeGreaterThan(20);
    expect(readme).toBe(formatted);
  },
);
