import { join, relative } from "node:path";
import { checkFileSchema, POLICY_PROPERTIES, Report, Source, type WrittenPolicy } from "@osiris/compiler";
import type { JsonSchema } from "@osiris/core";
import { RETAIN, type Retain } from "../choices.ts";
import { findUpwards } from "./find-upwards.ts";
import { InvalidFileError } from "./invalid-file.ts";
import { readSourceText } from "./source-text.ts";

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
  /** What holds for steps that say nothing themselves. */
  readonly defaults?: WrittenPolicy;
  /** Which tables a run keeps. @default "all" */
  readonly retain?: Retain;
  readonly state?: {
    /** How many versions of a pipeline's state are kept. @default 20 */
    readonly keep?: number;
  };
}

// A pattern that can match nothing would deny nothing without a word.
const component = { type: "string", pattern: "^[a-z][a-z0-9_-]*\\.([a-z][a-z0-9_-]*|\\*)$" };

export const PROJECT_SCHEMA: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "urn:osiris:schema:project:1",
  title: "Osiris project settings (osiris.yaml)",
  type: "object",
  additionalProperties: false,
  properties: {
    drivers: {
      type: "array",
      items: { type: "string", minLength: 1 },
      uniqueItems: true,
      description: "The driver packages to use, instead of those among the dependencies in package.json.",
    },
    components: {
      type: "object",
      additionalProperties: false,
      description: "Which components pipelines may use: names, or family.* for all of a family.",
      properties: {
        allow: { type: "array", items: component, uniqueItems: true, description: "Only these." },
        deny: {
          type: "array",
          items: component,
          uniqueItems: true,
          description: "Not these, even if allowed.",
        },
      },
    },
    defaults: {
      type: "object",
      additionalProperties: false,
      description: "What holds for steps that say nothing themselves.",
      properties: POLICY_PROPERTIES,
    },
    retain: {
      enum: RETAIN,
      description:
        "Which tables a run keeps: all; outputs, those that writers or no step reads; none. Others are dropped when their last reader has succeeded. Default: all.",
    },
    state: {
      type: "object",
      additionalProperties: false,
      description: "What pipelines remember from run to run.",
      properties: {
        keep: {
          type: "integer",
          minimum: 2,
          description: "How many versions of a pipeline's state are kept. Default: 20.",
        },
      },
    },
  },
};

/**
 * Reads osiris.yaml from `from` or the nearest folder above it.
 * @throws InvalidFileError `project.invalid`
 */
export function readProjectConfig(from: string): ProjectConfig {
  const folder = findUpwards(from, PROJECT_FILE);
  if (folder === undefined) return {};
  const file = join(folder, PROJECT_FILE);
  const report = new Report();
  const source = new Source(readSourceText(file, { fatal: false }), relative(from, file));
  const document = source.read(report);
  const value = document?.value ?? {};
  if (document !== undefined) {
    checkFileSchema(PROJECT_SCHEMA, value, { source, what: PROJECT_FILE, code: "file" }, report);
  }
  if (report.hasErrors) throw new InvalidFileError("project.invalid", report.findings());
  return { ...(value as ProjectConfig), folder };
}
