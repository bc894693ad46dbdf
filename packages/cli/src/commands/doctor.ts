import { runChecks, type DoctorFinding } from "../doctor/run-checks.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { openProject, sessions, type Project } from "../project.ts";
import { printable } from "../text-table.ts";

export interface DoctorOptions {
  readonly offline?: boolean;
  readonly sessionsDir?: string;
}

export async function doctorCommand(
  { offline = false, sessionsDir }: DoctorOptions,
  output: Output,
): Promise<ExitCode> {
  let opened: Project | undefined;
  const scope = {
    cwd: process.cwd(),
    sessions: sessions(sessionsDir),
    project: () => (opened ??= openProject("review")),
  };
  const findings = await runChecks(scope, { offline });
  const errors = findings.filter(({ status }) => status === "error").length;
  await output.result(
    () => ({ status: errors > 0 ? "error" : "ok", checks: findings }),
    () => [...findings.map(findingText), "", verdict(findings, errors)].join("\n"),
  );
  return errors > 0 ? EXIT.failed : EXIT.ok;
}

const WIDTH = "warning".length;

function findingText({ id, status, message, remedy }: DoctorFinding): string {
  const line = `${status.padEnd(WIDTH)}  ${id}: ${printable(message)}`;
  return remedy === undefined ? line : `${line}\n${" ".repeat(WIDTH)}  help: ${printable(remedy)}`;
}

function verdict(findings: readonly DoctorFinding[], errors: number): string {
  const warnings = findings.filter(({ status }) => status === "warning").length;
  const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? "" : "s"}`;
  if (errors > 0) return `${count(errors, "error")} to fix, ${count(warnings, "warning")}`;
  return warnings > 0 ? `Nothing that must be fixed, ${count(warnings, "warning")}` : "Nothing to fix";
}
