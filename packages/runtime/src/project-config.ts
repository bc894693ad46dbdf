import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { schemaProblem } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import { parseDocument } from "yaml";

export const PROJECT_FILE = "osiris.yaml";

/** The project's own settings. Every key is optional. */
export interface ProjectConfig {
  /** The folder of osiris.yaml; undefined without one. */
  readonly folder?: string;
  /** Driver packages to use, instead of those among the dependencies in package.json. */
  readonly drivers?: readonly string[];
  readonly components?: {
    /** Only these may be used: names, or `family.*`. */
    readonly allow?: readonly string[];
    /** These may not be used, even when allowed. */
    readonly deny?: readonly string[];
  };
}

const names = { type: "array", items: { type: "string", minLength: 1 }, uniqueItems: true };
// A pattern that can match nothing would deny nothing without a word.
const component = { type: "string", pattern: "^[a-z][a-z0-9_-]*\\.([a-z][a-z0-9_-]*|\\*)$" };
const patterns = { type: "array", items: component, uniqueItems: true };

const PROJECT_SCHEMA: Readonly<Record<string, unknown>> = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://osiris.dev/schema/osiris-yaml-1.json",
  title: "Osiris project settings (osiris.yaml)",
  type: "object",
  additionalProperties: false,
  properties: {
    drivers: names,
    components: {
      type: "object",
      additionalProperties: false,
      properties: { allow: patterns, deny: patterns },
    },
  },
};

/** Reads osiris.yaml from `from` or the nearest folder above it. */
export function readProjectConfig(from: string): ProjectConfig {
  const folder = findUpwards(from, PROJECT_FILE);
  if (folder === undefined) return {};
  const file = join(folder, PROJECT_FILE);
  const document = parseDocument(readFileSync(file, "utf8"));
  const syntaxError = document.errors[0];
  if (syntaxError !== undefined) throw badProject(file, syntaxError.message);
  const value: unknown = document.toJS() ?? {};
  const problem = schemaProblem(PROJECT_SCHEMA, value);
  if (problem !== undefined) throw badProject(file, problem);
  return { ...(value as ProjectConfig), folder };
}

/** The nearest folder, from `from` upwards, that holds `name`. */
export function findUpwards(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

export function badProject(file: string, why: string): OsirisError {
  return new OsirisError({ code: "project.invalid", category: "usage", message: `${file}: ${why}` });
}
