import { resolve } from "node:path";
import { connectionsSchema, pipelineSchema } from "@osiris/compiler";
import { COMPONENT_SPEC_SCHEMA, type JsonSchema } from "@osiris/core";
import { EVENT_SCHEMA, METRIC_SCHEMA, PROJECT_SCHEMA, replaceFile, RUN_SCHEMA } from "@osiris/runtime";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { SchemaKind } from "../schema-kinds.ts";
import type { Output } from "../output.ts";
import { noteProblems, openProjectCatalog } from "../project.ts";

export interface SchemaOptions {
  readonly out?: string;
}

/** Prints the schema: the same document with `--json` and without. */
export async function schemaCommand(
  kind: SchemaKind,
  options: SchemaOptions,
  output: Output,
): Promise<ExitCode> {
  const schema = SCHEMAS[kind](output);
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (options.out === undefined) {
    await output.result(
      () => schema,
      () => text,
    );
    return EXIT.ok;
  }
  const file = resolve(options.out);
  replaceFile(file, text);
  await output.result(
    () => ({ status: "ok", file }),
    () => file,
  );
  return EXIT.ok;
}

/** Those of fixed files are there even where the project cannot be read. */
const SCHEMAS: Readonly<Record<SchemaKind, (output: Output) => JsonSchema>> = {
  pipeline: (output) => pipelineSchema(installed(output)),
  connections: (output) => connectionsSchema(installed(output)),
  project: () => PROJECT_SCHEMA,
  spec: () => COMPONENT_SPEC_SCHEMA,
  run: () => RUN_SCHEMA,
  event: () => EVENT_SCHEMA,
  metric: () => METRIC_SCHEMA,
};

function installed(output: Output): ReturnType<typeof openProjectCatalog>["components"] {
  const { components, problems } = openProjectCatalog();
  noteProblems(problems, output);
  return components;
}
