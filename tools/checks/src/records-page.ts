import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { EVENTS, METRICS, RUN_SCHEMA, type EventEntry, type MetricEntry } from "@osiris/runtime";
import type { JsonSchema } from "@osiris/core";

export const RECORDS_PAGE = "docs/reference/records.md";

/** The reference page of what a run writes down, as Markdown. */
export function recordsPage(): string {
  return `# What a run writes down

Three records in the run folder, made for programs: their names, fields and codes are stable. \`osiris schema run\`,
\`event\` and \`metric\` print their JSON Schemas. Where a change breaks readers, \`format\` is another number.

Generated from \`packages/runtime/src/records/\` by \`npm run docs:records\`.

## run.json

What the run was and what came of it; \`osiris run --json\` prints the same. It is replaced as a whole.

| field | what it is |
| --- | --- |
${rows(RUN_SCHEMA)}

Each of \`steps\`:

| field | what it is |
| --- | --- |
${rows(stepSchema())}

An error has \`code\`, \`category\`, \`message\`, \`retryable\` and, where they are known, \`hint\` and, for SQL, \`place\`.

## logs/events.jsonl

What happened, a line each: \`ts\` (UTC), \`run_id\`, \`event\`, for what happens in a step \`step_id\`, and the event's fields.
Drivers write events of their own, with names that are not among these.

| event | when | fields |
| --- | --- | --- |
${Object.entries(EVENTS).map(eventRow).join("\n")}

## logs/metrics.jsonl

A number a line: \`ts\`, \`run_id\`, \`step_id\`, \`metric\`, \`value\`, \`unit\`. Drivers have metrics of their own, too.

| metric | unit | what it is | measured by |
| --- | --- | --- | --- |
${Object.entries(METRICS).map(metricRow).join("\n")}
`;
}

function rows(schema: JsonSchema): string {
  const required = schema["required"] as readonly string[];
  return Object.entries(schema["properties"] as Readonly<Record<string, JsonSchema>>)
    .map(([name, field]) => `| ${nameOf(name, required.includes(name))} | ${cell(describe(field))} |`)
    .join("\n");
}

function stepSchema(): JsonSchema {
  const properties = RUN_SCHEMA["properties"] as Readonly<Record<string, JsonSchema>>;
  return properties["steps"]?.["items"] as JsonSchema;
}

function describe(field: JsonSchema): string {
  const choices = field["enum"] as readonly string[] | undefined;
  const values = choices?.map((choice) => `\`${choice}\``).join(", ");
  return [values, field["description"] as string | undefined].filter((part) => part !== undefined).join(". ");
}

function eventRow([name, entry]: [string, EventEntry]): string {
  const optional = entry.optional ?? [];
  const own = Object.keys(entry.fields).map((field) => nameOf(field, !optional.includes(field)));
  const fields = [...own, ...(entry.extends === undefined ? [] : ["those of an error"])];
  return `| \`${name}\` | ${cell(entry.about)} | ${fields.join(", ")} |`;
}

function metricRow([name, { about, unit, by }]: [string, MetricEntry]): string {
  return `| \`${name}\` | ${unit} | ${cell(about)} | ${by === "osiris" ? "Osiris" : "drivers"} |`;
}

function nameOf(field: string, isRequired: boolean): string {
  return isRequired ? `\`${field}\`` : `\`${field}\` _optional_`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "\\<");
}

/** Writes the page into the repository at `root`. */
export function writeRecordsPage(root: string): void {
  writeFileSync(join(root, RECORDS_PAGE), recordsPage());
}
