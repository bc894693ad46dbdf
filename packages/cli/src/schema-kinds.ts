/** The files that have a schema. */
export const SCHEMA_KINDS = ["pipeline", "spec", "project", "connections", "run", "event", "metric"] as const;
export type SchemaKind = (typeof SCHEMA_KINDS)[number];
