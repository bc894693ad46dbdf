import { existsSync } from "node:fs";
import { join } from "node:path";
import { CONNECTIONS_FILE, type Finding as FileFinding } from "@osiris/compiler";
import { InvalidFileError, readProjectConfig } from "@osiris/runtime";
import { fromHere } from "../../from-here.ts";
import { projectConnections } from "../../known-connections.ts";
import type { DoctorCheck, DoctorScope, Finding } from "../doctor-check.ts";

/** osiris.yaml, where there is one. */
export const projectFileCheck: DoctorCheck = {
  id: "project",
  run: ({ cwd }) =>
    readFile(() => {
      const { folder } = readProjectConfig(cwd);
      return folder === undefined ? undefined : fromHere(join(folder, "osiris.yaml"));
    }),
};

/** osiris_connections.yaml, where there is one, and the .env beside it. */
export const connectionsFileCheck: DoctorCheck = {
  id: "connections.file",
  run: (scope) => readFile(() => connectionsFile(scope)),
};

function connectionsFile({ project, cwd }: DoctorScope): string | undefined {
  const opened = project();
  const { file } = projectConnections(opened);
  const folder = opened.surroundings.connections?.folder ?? cwd;
  const env = existsSync(join(folder, ".env")) ? [fromHere(join(folder, ".env"))] : [];
  const files = [...(file === undefined ? [] : [file || CONNECTIONS_FILE]), ...env];
  return files.length === 0 ? undefined : files.join(" and ");
}

/** @param read gives the name of what it has read; undefined where there is nothing */
function readFile(read: () => string | undefined): readonly Finding[] {
  try {
    const file = read();
    return file === undefined ? [] : [{ status: "ok", message: `${file} can be read` }];
  } catch (error) {
    if (error instanceof InvalidFileError) return error.findings.map(fromFile);
    throw error;
  }
}

function fromFile({ place, severity, message, hint, code }: FileFinding): Finding {
  return {
    status: severity,
    message: `${place.file}:${place.line}:${place.column}: ${message} [${code}]`,
    ...(hint === undefined ? {} : { remedy: hint }),
  };
}
