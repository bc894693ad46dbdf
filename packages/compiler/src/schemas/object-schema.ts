import type { JsonSchema } from "@osiris/core";

/** A JSON Schema of an object whose fields are declared one by one. */
export interface ObjectSchema extends JsonSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
}
