import { basename } from "node:path";
import { ownVersion } from "../own-version.ts";
import { EXAMPLE_PACKAGES, exampleFiles, type Example, type ProjectFiles } from "./examples.ts";

export interface NewProject {
  /** Absolute. */
  readonly folder: string;
  readonly example: Example;
  /** Versions of packages that are known here, by name. */
  readonly versions: ReadonlyMap<string, string>;
  /** The JSON Schema of pipelines, where all components of the example are there to describe. */
  readonly schema: string | undefined;
}

const SCHEMA_FILE = "schemas/pipeline.json";

/** All files of a new project. */
export function projectFiles({ folder, example, versions, schema }: NewProject): ProjectFiles {
  const name = projectName(folder);
  return {
    "package.json": packageJson(name, versions),
    ...exampleFiles(example, name, schema === undefined ? undefined : SCHEMA_FILE),
    ...(schema === undefined ? {} : { [SCHEMA_FILE]: schema }),
    "osiris.yaml": SETTINGS,
    ".gitignore": IGNORED,
    "README.md": readme(name),
  };
}

/** Good for npm and for a pipeline: `My Shop` becomes `my-shop`. */
function projectName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, "-")
    .replace(/^[^a-z0-9]+/, "")
    .slice(0, 60)
    .replace(/-+$/, "");
  return name === "" ? "pipeline" : name;
}

function packageJson(name: string, versions: ReadonlyMap<string, string>): string {
  const own = ownVersion();
  const drivers = [...new Set(Object.values(EXAMPLE_PACKAGES))];
  // Packages of one house come out together.
  const dependencies = ["@osiris/cli", ...drivers].map((each) => [each, `^${versions.get(each) ?? own}`]);
  const manifest = {
    name,
    version: "1.0.0",
    private: true,
    type: "module",
    scripts: {
      start: "osiris run pipeline.yaml",
      test: "osiris validate pipeline.yaml",
      schema: `osiris schema --out ${SCHEMA_FILE}`,
    },
    dependencies: Object.fromEntries(dependencies) as Readonly<Record<string, string>>,
    engines: { node: ">=22.20" },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

const SETTINGS = `# Settings of this project. Every key is optional; "osiris schema project" describes them all.
#
# components:
#   allow: ["filesystem.*", duckdb.processor]
`;

const IGNORED = `node_modules/
.osiris_sessions/
.osiris_state/
.env
out/
`;

function readme(name: string): string {
  return `# ${name}

- \`npm install\`, then \`npx osiris run pipeline.yaml\` writes \`out/countries.csv\`
- \`npx osiris query "SELECT * FROM countries"\` looks into the last run, \`npx osiris explain pipeline.yaml\` says what it does
- \`npx osiris components list\` shows what steps can be made of, \`npx osiris doctor\` what is wrong here
- \`npm run schema\` after a change of drivers lets editors know their settings
`;
}
