import { fromHere } from "../../from-here.ts";
import type { DoctorCheck, Finding } from "../doctor-check.ts";
import { driverPackages, find, ownPackages, type InstalledPackage } from "../installed-packages.ts";

const CORE = "@osiris/core";
/** The library itself, what brings it, and its predecessor with a library of its own. */
const DUCKDB = ["@duckdb/node-bindings", "@duckdb/node-api", "duckdb"] as const;

/** A package that is installed in several places, each with those who would load it. */
type Copies = Map<string, { readonly copy: InstalledPackage; readonly users: string[] }>;

/** Two copies of DuckDB's native library in one process crash it. */
export const copiesCheck: DoctorCheck = {
  id: "duckdb.copies",
  run({ project }) {
    const users = [...ownPackages(), ...driverPackages(project())];
    const cores: Copies = new Map();
    const bindings: Copies = new Map();
    for (const user of users) {
      const core = find(CORE, user.folder);
      if (core !== undefined) note(cores, core, user);
      const library = nativeLibrary(user) ?? (core && nativeLibrary(core));
      if (library !== undefined) note(bindings, library, user);
    }
    return [...bindingFindings(bindings), ...(bindings.size > 1 ? [] : coreFindings(cores))];
  },
};

function note(copies: Copies, copy: InstalledPackage, user: InstalledPackage): void {
  const known = copies.get(copy.folder) ?? { copy, users: [] };
  copies.set(copy.folder, known);
  known.users.push(user.name);
}

/** What a package that names DuckDB as a dependency loads; what lies around is loaded by nobody. */
function nativeLibrary({ packageJson, folder }: InstalledPackage): InstalledPackage | undefined {
  const { dependencies, optionalDependencies, peerDependencies } = packageJson;
  const named = { ...dependencies, ...optionalDependencies, ...peerDependencies };
  const name = DUCKDB.find((each) => Object.hasOwn(named, each));
  const found = name === undefined ? undefined : find(name, folder);
  return found?.name === DUCKDB[1] ? find(DUCKDB[0], found.folder) : found;
}

function bindingFindings(bindings: Copies): readonly Finding[] {
  const [only, ...more] = bindings.values();
  if (only === undefined) {
    const remedy = "Remove node_modules and install again.";
    return [{ status: "error", message: `${DUCKDB[0]} is not installed`, remedy }];
  }
  if (more.length === 0) {
    return [{ status: "ok", message: `one copy of DuckDB: ${DUCKDB[0]} ${only.copy.packageJson.version}` }];
  }
  return [
    {
      status: "error",
      message: `${bindings.size} copies of DuckDB's native library, and a process that loads two of them crashes: ${listed(bindings)}`,
      remedy: `npm dedupe. A driver reaches DuckDB through its context: it must not depend on @duckdb/*, and names ${CORE} as a peer dependency.`,
    },
  ];
}

function coreFindings(cores: Copies): readonly Finding[] {
  if (cores.size < 2) return [];
  const message = `${cores.size} copies of ${CORE}: ${listed(cores)}`;
  return [{ status: "warning", message, remedy: `npm dedupe. Drivers name ${CORE} as a peer dependency.` }];
}

function listed(copies: Copies): string {
  return [...copies.values()]
    .map(({ copy, users }) => `${copy.packageJson.version} in ${fromHere(copy.folder)} (${users.join(", ")})`)
    .join("; ");
}
