import type { Finding as FileFinding } from "@osiris/compiler";
import { toOsirisError } from "@osiris/core";
import { InvalidFileError } from "@osiris/runtime";
import { connectionsCheck } from "./checks/connections.ts";
import { copiesCheck } from "./checks/copies.ts";
import { diskCheck } from "./checks/disk.ts";
import { driversCheck } from "./checks/drivers.ts";
import { duckDbLoadsCheck } from "./checks/duckdb-loads.ts";
import { killedRunsCheck } from "./checks/killed-runs.ts";
import { memoryCheck } from "./checks/memory.ts";
import { nodeCheck } from "./checks/node.ts";
import { connectionsFileCheck, projectFileCheck } from "./checks/project-files.ts";
import { sessionsCheck } from "./checks/sessions.ts";
import type { DoctorCheck, DoctorScope, Finding } from "./doctor-check.ts";

/** All that the doctor looks at, in the order in which it tells. */
const CHECKS: readonly DoctorCheck[] = [
  nodeCheck,
  memoryCheck,
  duckDbLoadsCheck,
  sessionsCheck,
  diskCheck,
  killedRunsCheck,
  // Before those that need what is in the files: what is wrong with them is told once, here.
  projectFileCheck,
  connectionsFileCheck,
  copiesCheck,
  driversCheck,
];

/** A finding, and the check that made it. */
export interface DoctorFinding extends Finding {
  readonly id: string;
}

/** @param options.offline leaves out what asks other machines */
export async function runChecks(
  scope: DoctorScope,
  { offline }: { readonly offline: boolean },
): Promise<readonly DoctorFinding[]> {
  const checks = offline ? CHECKS : [...CHECKS, connectionsCheck];
  const found = await Promise.all(checks.map((check) => runCheck(check, scope)));
  // What keeps one file from being read keeps several checks from their work: once is enough.
  const seen = new Set<string>();
  return found.flat().filter(({ message }) => !seen.has(message) && seen.add(message));
}

/** A check that fails has found something, too. */
async function runCheck({ id, run }: DoctorCheck, scope: DoctorScope): Promise<readonly DoctorFinding[]> {
  try {
    return (await run(scope)).map((finding) => ({ id, ...finding }));
  } catch (error) {
    if (error instanceof InvalidFileError)
      return error.findings.map((finding) => ({ id, ...fromFile(finding) }));
    const { message, hint } = toOsirisError(error, "The check itself failed");
    return [{ id, status: "error", message, ...(hint === undefined ? {} : { remedy: hint }) }];
  }
}

function fromFile({ place, severity, message, hint, code }: FileFinding): Finding {
  return {
    status: severity,
    message: `${place.file}:${place.line}:${place.column}: ${message} [${code}]`,
    ...(hint === undefined ? {} : { remedy: hint }),
  };
}
