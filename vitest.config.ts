import { globSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { defineConfig } from "vitest/config";

// The source condition makes in-process tests run on TypeScript sources, so that no build can be stale. Vitest passes
// these on as `node --conditions`, for require() too: "import" among them would give CommonJS packages ES modules.
const conditions = ["@osiris/source", "node"];

/** One configuration for all projects; a project's name is its package name. */
const projects = globSync("{packages,components,tools}/*/package.json", { cwd: import.meta.dirname }).map(
  (file) => ({
    extends: true as const,
    root: dirname(file),
    test: { name: (JSON.parse(readFileSync(file, "utf8")) as { name: string }).name },
  }),
);

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects,
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
