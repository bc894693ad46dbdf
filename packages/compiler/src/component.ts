import type { ComponentSpec, Driver } from "@osiris/core";

/** A component that can run here: its spec, and the package that brings it. */
export interface InstalledComponent {
  readonly spec: ComponentSpec;
  readonly package: string;
  readonly packageVersion: string;
}

/** What pipelines can use here. */
export interface Components {
  readonly installed: ReadonlyMap<string, InstalledComponent>;
  /** The names of those that are installed and that the project does not allow. */
  readonly denied: ReadonlySet<string>;
  /** A component's driver, for the checks that it makes itself. Rejects with words for the user. */
  readonly loadDriver: (component: InstalledComponent) => Promise<Driver>;
}

/** The packages we publish ourselves. Never guess a name beyond these: anyone can publish one. */
const KNOWN_PACKAGES: Readonly<Record<string, string>> = {
  "duckdb.processor": "@osiris/driver-duckdb",
  "filesystem.csv_extractor": "@osiris/driver-csv",
  "filesystem.csv_writer": "@osiris/driver-csv",
  "graphql.extractor": "@osiris/driver-graphql",
  "mysql.extractor": "@osiris/driver-mysql",
  "mysql.writer": "@osiris/driver-mysql",
};

/** The command that installs a component which is missing, where we know it. */
export function installCommand(component: string): string | undefined {
  const name = Object.hasOwn(KNOWN_PACKAGES, component) ? KNOWN_PACKAGES[component] : undefined;
  return name === undefined ? undefined : `npm i ${name}`;
}
