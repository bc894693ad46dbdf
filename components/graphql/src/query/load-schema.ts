import { readFile, stat } from "node:fs/promises";
import type { GraphQLSchema } from "graphql";
import { OsirisError } from "@osiris/core";
import { readSchema, SCHEMA_HINT } from "./schema.ts";

/** GitHub's has 1.3 MB, 6 MB as an introspection. */
const MAX_SCHEMA_BYTES = 64 * 1024 * 1024;

/**
 * Reads a schema from its file.
 * @throws OsirisError `graphql.bad_schema`
 */
export async function loadSchema(path: string, signal: AbortSignal): Promise<GraphQLSchema> {
  const text = await readSchemaFile(path, signal);
  const read = readSchema(text);
  if ("schema" in read) return read.schema;
  throw badSchema(`The schema ${path} cannot be used: ${read.problem}`, SCHEMA_HINT);
}

async function readSchemaFile(path: string, signal: AbortSignal): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_SCHEMA_BYTES) return await readFile(path, { encoding: "utf8", signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw badSchema(`The schema ${path} cannot be read`, "Correct schema: it is the path of a file.", error);
  }
  throw badSchema(`The schema ${path} is larger than 64 MiB`, SCHEMA_HINT);
}

function badSchema(message: string, hint: string, cause?: unknown): OsirisError {
  return new OsirisError({ code: "graphql.bad_schema", category: "usage", message, hint, cause });
}
