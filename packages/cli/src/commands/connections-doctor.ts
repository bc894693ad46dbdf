import {
  checkConnections,
  Redactor,
  type CheckOptions,
  type ConnectionCheck,
  type DriverCheck,
} from "@osiris/runtime";
import { guardCheck } from "../check-guard.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { findConnection, noConnections, projectConnections } from "../known-connections.ts";
import type { Output } from "../output.ts";
import { noteProblems, openProject } from "../project.ts";
import { formatCount } from "../format.ts";
import { printable } from "../text-table.ts";

export interface ConnectionsDoctorOptions {
  /** Milliseconds. */
  readonly timeout?: number;
}

export async function connectionsDoctorCommand(
  reference: string | undefined,
  { timeout }: ConnectionsDoctorOptions,
  output: Output,
): Promise<ExitCode> {
  const project = openProject();
  noteProblems(project.catalog.problems, output);
  const connections = projectConnections(project);
  const chosen = reference === undefined ? connections.all() : [findConnection(reference, connections)];
  const redactor = new Redactor();
  using _ = guardCheck(output, redactor);
  const options: CheckOptions = {
    redactor,
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
  };
  const checks = await checkConnections(chosen, project.catalog, project.surroundings, options);
  const failed = checks.some(({ status }) => status === "failed");
  await output.result(
    () => ({ status: failed ? "error" : "ok", connections: checks }),
    () => (checks.length > 0 ? checks.map(checkText).join("\n") : noConnections(connections)),
  );
  return failed ? EXIT.failed : EXIT.ok;
}

function checkText({ connection, status, duration_ms, reason, checks }: ConnectionCheck): string {
  const lines = [`${connection}: ${status}, ${formatCount(duration_ms)} ms`];
  if (reason !== undefined) lines.push(`  ${reason}`);
  return [...lines, ...checks.flatMap(driverLines)].map(printable).join("\n");
}

/** What a driver said, and below it what to do. */
function driverLines({ component, details, warnings, error }: DriverCheck): readonly string[] {
  const who = component === undefined ? "" : `${component}: `;
  const lines: string[] = [];
  if (details !== undefined) lines.push(`  ${who}${details}`);
  for (const { message, hint } of warnings) {
    lines.push(`  ${who}warning: ${message}`);
    if (hint !== undefined) lines.push(`    help: ${hint}`);
  }
  if (error === undefined) return lines;
  lines.push(`  ${who}${error.message} [${error.code}]`);
  if (error.hint !== undefined) lines.push(`    help: ${error.hint}`);
  return lines;
}
