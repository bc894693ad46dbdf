import { isRecord } from "@osiris/compiler";
import { Semaphore } from "@osiris/core";
import type { DoctorCheck, DoctorScope, Finding } from "../doctor-check.ts";
import { driverPackages, find, type InstalledPackage } from "../installed-packages.ts";
import { askOwnCommand, type Answer } from "../own-command.ts";
import { CLI_FOLDER } from "../../project.ts";

const CORE = "@osiris/core";
/** Processes at once. */
const CONCURRENT_CHECKS = 4;

/** Each driver package against the contract, as `osiris components validate` does, in a process of its own. */
export const driversCheck: DoctorCheck = {
  id: "drivers",
  async run(scope) {
    const project = scope.project();
    const broken = project.catalog.problems.map(({ package: name, message }): Finding => ({
      status: "error",
      message: `${name}: ${message}`,
      remedy: `osiris components validate ${name} shows all; reinstall it, or uninstall it.`,
    }));
    const packages = driverPackages(project);
    const slots = new Semaphore(CONCURRENT_CHECKS);
    const findings = await Promise.all(packages.map((each) => slots.run(() => checkPackage(each, scope))));
    if (packages.length + broken.length > 0) return [...broken, ...findings];
    const remedy = "npm i @osiris/driver-csv @osiris/driver-duckdb";
    return [{ status: "error", message: "no driver packages are installed", remedy }];
  },
};

async function checkPackage(each: InstalledPackage, { cwd }: DoctorScope): Promise<Finding> {
  const answer = await askOwnCommand(cwd, "components", "validate", each.folder);
  const why = whyBroken(answer);
  if (why !== undefined) {
    const remedy = `osiris components validate ${each.folder} shows all. Update it, or tell its author.`;
    return { status: "error", message: `${each.name}: ${why}`, remedy };
  }
  return (
    (await peerFinding(each)) ?? {
      status: "ok",
      message: `${each.name} ${each.packageJson.version ?? ""}`.trim(),
    }
  );
}

/** The first thing that is wrong. */
function whyBroken({ document, exitCode, stderr }: Answer): string | undefined {
  if (exitCode === 0) return undefined;
  if (!isRecord(document)) return `checking it ended without an answer (${lastLine(stderr)})`;
  const { findings, message } = document;
  if (!Array.isArray(findings)) return String(message);
  const errors = (findings as readonly Readonly<Record<string, unknown>>[]).filter(
    ({ severity }) => severity === "error",
  );
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : "";
  return `${String(errors[0]?.["message"])}${more}`;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

/** A peer that npm was forced to leave unmet. */
async function peerFinding({ name, folder, packageJson }: InstalledPackage): Promise<Finding | undefined> {
  const range = packageJson.peerDependencies?.[CORE];
  const core = find(CORE, folder) ?? find(CORE, CLI_FOLDER);
  const version = core?.packageJson.version;
  if (range === undefined || version === undefined) return undefined;
  // Only here: loading it would cost every command its while.
  const { satisfies, validRange } = await import("semver");
  // A range of npm's own, such as a file, says nothing.
  if (validRange(range) === null) return undefined;
  if (satisfies(version, range, { includePrerelease: true })) return undefined;
  const message = `${name} is made for ${CORE} ${range}, and ${version} is installed`;
  return { status: "error", message, remedy: `npm i ${name}@latest @osiris/cli@latest` };
}
