import { existsSync } from "node:fs";
import { join } from "node:path";
import { readProjectConfig } from "@osiris/runtime";
import { fromHere } from "../../from-here.ts";
import { projectConnections } from "../../known-connections.ts";
import type { DoctorCheck, DoctorScope, Finding } from "../doctor-check.ts";

/** osiris.yaml, where there is one. */
export const projectFileCheck: DoctorCheck = {
  id: "project",
  run({ cwd }) {
    const { folder } = readProjectConfig(cwd);
    return readable(folder === undefined ? undefined : fromHere(join(folder, "osiris.yaml")));
  },
};

/** osiris_connections.yaml, where there is one, and the .env beside it. */
export const connectionsFileCheck: DoctorCheck = {
  id: "connections.file",
  run: (scope) => readable(connectionsFile(scope)),
};

function connectionsFile({ project, cwd }: DoctorScope): string | undefined {
  const opened = project();
  const { file } = projectConnections(opened);
  const folder = opened.surroundings.connections?.folder ?? cwd;
  const env = existsSync(join(folder, ".env")) ? [fromHere(join(folder, ".env"))] : [];
  const files = [...(file === undefined ? [] : [file]), ...env];
  return files.length === 0 ? undefined : files.join(" and ");
}

/** What is wrong with a file is thrown, and told by who runs the checks. */
function readable(file: string | undefined): readonly Finding[] {
  return file === undefined ? [] : [{ status: "ok", message: `${file} can be read` }];
}
