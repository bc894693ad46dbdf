import { unpackPackages } from "./apt.ts";
import { findInstallation, pathFolders, type Absent } from "./installation.ts";
import { MARIADB_PACKAGES } from "./mariadb.ts";

/** The client program `mariadb`, to be compared with or to judge by. */
export interface MariadbClient {
  readonly program: string;
  /** What it needs in its environment, such as where its libraries are. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The client on PATH, else the one that came with the server's packages. */
export async function mariadbClient(): Promise<MariadbClient | Absent> {
  const programs = ["mariadb"] as const;
  const here = await findInstallation({ programs, folders: pathFolders(), root: "/", environment: {} });
  if (!("absent" in here)) return { program: here.program("mariadb"), environment: here.environment };
  const unpacked = await unpackPackages(MARIADB_PACKAGES);
  if ("absent" in unpacked) return unpacked;
  const found = await findInstallation({ programs, folders: ["/usr/bin"], ...unpacked });
  return "absent" in found ? found : { program: found.program("mariadb"), environment: found.environment };
}
