import { isRecord } from "@osiris/compiler";
import type { ConnectionCheck, DriverCheck } from "@osiris/runtime";
import { projectConnections } from "../../known-connections.ts";
import type { DoctorCheck, Finding } from "../doctor-check.ts";
import { askOwnCommand } from "../own-command.ts";

/** What `osiris connections doctor` says, in a process of its own. */
export const connectionsCheck: DoctorCheck = {
  id: "connections",
  async run({ cwd, project }) {
    // A file that cannot be used has been reported by then.
    if (projectConnections(project()).all().length === 0) return [];
    const { document } = await askOwnCommand(cwd, "connections", "doctor");
    if (isRecord(document) && Array.isArray(document["connections"])) {
      return (document["connections"] as readonly ConnectionCheck[]).flatMap(findingsOf);
    }
    // Not what it printed: that may be anything that a driver knows.
    const why = isRecord(document) ? document["message"] : "the process that asked the drivers was ended";
    const message = `connections could not be checked: ${String(why)}`;
    return [
      { status: "error", message, remedy: "osiris connections doctor @family.alias checks one of them." },
    ];
  },
};

function findingsOf({ connection, reason, checks }: ConnectionCheck): readonly Finding[] {
  if (reason !== undefined) return [{ status: "ok", message: `${connection}: ${reason}` }];
  return checks.flatMap((check) => driverFindings(connection, check));
}

function driverFindings(connection: string, check: DriverCheck): readonly Finding[] {
  const { error, warnings, details } = check;
  if (error !== undefined) {
    const remedy = error.hint === undefined ? {} : { remedy: error.hint };
    return [{ status: "error", message: `${connection}: ${error.message} [${error.code}]`, ...remedy }];
  }
  const found = warnings.map(({ message, hint }): Finding => ({
    status: "warning",
    message: `${connection}: ${message}`,
    ...(hint === undefined ? {} : { remedy: hint }),
  }));
  if (found.length > 0) return found;
  return [{ status: "ok", message: details === undefined ? connection : `${connection}: ${details}` }];
}
