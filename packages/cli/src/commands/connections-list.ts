import { listConnections, type ListedConnection } from "@osiris/runtime";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { noConnections, projectConnections } from "../known-connections.ts";
import type { Output } from "../output.ts";
import { noteProblems, openProject } from "../project.ts";
import { printable } from "../text-table.ts";

export async function connectionsListCommand(output: Output): Promise<ExitCode> {
  const project = openProject();
  noteProblems(project.catalog.problems, output);
  const connections = projectConnections(project);
  const list = listConnections(connections, project.catalog, project.surroundings);
  await output.result(
    () => ({ file: connections.file ?? null, connections: list }),
    () => (list.length > 0 ? list.map(connectionText).join("\n\n") : noConnections(connections)),
  );
  return EXIT.ok;
}

function connectionText(listed: ListedConnection): string {
  const { connection, file, line, fields, variables, components } = listed;
  const unset = variables.filter(({ set, fallback }) => !set && !fallback).map(({ name }) => name);
  const lines = [
    `${connection}${listed.default ? " (default)" : ""}  ${file}:${line}`,
    ...Object.entries(fields).map(([name, value]) => `  ${name}: ${fieldText(value)}`),
    `  used by ${components.length > 0 ? components.join(", ") : "no installed component"}`,
  ];
  if (unset.length > 0) lines.push(`  not set: ${unset.join(", ")}; export them, or write them into .env`);
  return lines.join("\n");
}

function fieldText(value: unknown): string {
  return printable(typeof value === "string" ? value : JSON.stringify(value));
}
