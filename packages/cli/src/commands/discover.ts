import { readingSteps } from "@osiris/compiler";
import {
  discoverConnection,
  Redactor,
  type ConnectionDiscovery,
  type DiscoveredResource,
} from "@osiris/runtime";
import { matchesGlob } from "node:path/posix";
import { guardCheck } from "../check-guard.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { findConnection, projectConnections } from "../known-connections.ts";
import type { Output } from "../output.ts";
import { usage } from "../usage-error.ts";
import { noteProblems, openProject } from "../project.ts";
import { formatBytes, formatCount } from "../format.ts";
import { printable, textTable } from "../text-table.ts";

export interface DiscoverCommandOptions {
  readonly resource?: string;
  readonly samples: number;
  readonly yaml?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
}

export async function discoverCommand(
  reference: string,
  { resource: pattern, samples, yaml = false, timeout }: DiscoverCommandOptions,
  output: Output,
): Promise<ExitCode> {
  const project = openProject();
  noteProblems(project.catalog.problems, output);
  const connection = findConnection(reference, projectConnections(project));
  const redactor = new Redactor();
  using _ = guardCheck(output, redactor);
  const all = await discoverConnection(connection, project.catalog, project.surroundings, {
    samples,
    redactor,
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
  });
  const resources = all.resources.filter(({ name }) => pattern === undefined || matchesGlob(name, pattern));
  if (pattern !== undefined && resources.length === 0) throw nothingMatches(pattern, all);
  for (const why of all.incomplete) output.note(`warning: this is not all: ${printable(why)}`);
  await output.result(
    () => ({ ...all, resources }),
    () => (yaml ? steps(resources, reference) : resourcesText(resources, reference)),
  );
  return EXIT.ok;
}

function nothingMatches(pattern: string, { resources, connection }: ConnectionDiscovery): Error {
  return usage(
    `Nothing behind ${connection} matches "${pattern}"`,
    `It has ${resources.length} resources: osiris discover ${connection}`,
  );
}

function steps(resources: readonly DiscoveredResource[], connection: string): string {
  const readable = resources.flatMap(({ name, component, config }) =>
    config === undefined ? [] : [{ name, component, config }],
  );
  return readingSteps(readable, connection);
}

function resourcesText(resources: readonly DiscoveredResource[], connection: string): string {
  if (resources.length === 0) return `Nothing to read behind ${connection}.`;
  return resources.map(resourceText).join("\n\n");
}

function resourceText(resource: DiscoveredResource): string {
  const { name, columns, samples = [], problem } = resource;
  const lines = [printable(`${name}  (${facts(resource).join(", ")})`)];
  if (problem !== undefined) lines.push(printable(`  cannot be read as it is: ${problem}`));
  const width = Math.max(0, ...columns.map((column) => column.name.length));
  for (const column of columns) {
    const notes = [
      column.sourceType,
      column.primaryKey === undefined ? undefined : "primary key",
      column.nullable === false ? "not null" : undefined,
      column.description,
    ].filter((note) => note !== undefined);
    lines.push(printable(`  ${column.name.padEnd(width)}  ${column.type}  ${notes.join(", ")}`).trimEnd());
  }
  if (samples.length > 0) lines.push("", sampleTable(resource));
  return lines.join("\n");
}

function facts({ kind, component, rows, bytes, sampled }: DiscoveredResource): readonly string[] {
  const facts = [`${kind} for ${component}`];
  if (rows !== undefined) facts.push(`${rows.exact ? "" : "about "}${formatCount(rows.count)} rows`);
  if (bytes !== undefined) facts.push(formatBytes(bytes));
  if (sampled === true) facts.push("types from its beginning");
  return facts;
}

function sampleTable({ columns, samples = [] }: DiscoveredResource): string {
  const rows = samples.map((row) =>
    columns.map(({ name }) => {
      const value = row[name] ?? null;
      if (value === null) return "NULL";
      return typeof value === "string" ? value : JSON.stringify(value);
    }),
  );
  return textTable(
    columns.map(({ name }) => ({ title: printable(name) })),
    rows,
  ).replaceAll(/^/gm, "  ");
}
