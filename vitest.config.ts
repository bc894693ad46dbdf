import { defineConfig } from "vitest/config";

// One configuration for all projects; a project's name is its package name.
// The source condition makes in-process tests run on TypeScript sources, so no build can be stale.
const conditions = ["@osiris/source", "node", "import", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects: ["packages/*", "components/*", "tools/*"],
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
