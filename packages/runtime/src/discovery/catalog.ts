import type { Components, InstalledComponent } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import type { ProjectConfig } from "../config/project-config.ts";
import { readDriverPackage, type DiscoveredComponent, type ReadingDepth } from "./driver-package.ts";
import { loadDriver } from "./load-driver.ts";
import { packageRoots, resolvePackageJson, type PackageRoot } from "./package-roots.ts";

/** All components that can be used here, and the driver packages that cannot, with the reason. */
export interface Catalog {
  readonly components: ReadonlyMap<string, DiscoveredComponent>;
  /** The names of those that are installed and that osiris.yaml does not allow. */
  readonly denied: ReadonlySet<string>;
  readonly problems: readonly PackageProblem[];
}

/** What the compiler needs of a catalog. */
export function compilerView({ components, denied }: Catalog): Components {
  return {
    installed: components,
    denied,
    loadDriver: (component: InstalledComponent) => loadDriver(component as DiscoveredComponent),
  };
}

/** Where a command was called: what it can find depends on it. */
export interface DiscoveryScope {
  readonly cwd: string;
  /** The folder of the package that holds the `osiris` command. */
  readonly cliFolder: string;
  readonly project: ProjectConfig;
}

export interface PackageProblem {
  readonly package: string;
  readonly message: string;
}

/**
 * Finds the installed components. Reads package.json and spec.yaml files only; no driver's code runs.
 * @throws OsirisError `discovery.conflict` when two packages of one place claim a component name
 */
export function openCatalog(at: DiscoveryScope, depth: ReadingDepth = "use"): Catalog {
  const components = new Map<string, DiscoveredComponent>();
  const denied = new Set<string>();
  const problems: PackageProblem[] = [];
  for (const root of packageRoots(at.cwd, at.cliFolder, at.project)) {
    const found = componentsOf(root, depth, problems);
    for (const [name, component] of found) {
      // A nearer root wins: what stands beside the command only fills gaps.
      if (components.has(name)) continue;
      if (isAllowed(name, at.project)) components.set(name, component);
      else denied.add(name);
    }
  }
  const sorted = [...components].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { components: new Map(sorted), denied, problems: unique(problems) };
}

function componentsOf(
  root: PackageRoot,
  depth: ReadingDepth,
  problems: PackageProblem[],
): Map<string, DiscoveredComponent> {
  const found = new Map<string, DiscoveredComponent>();
  for (const name of root.candidates) {
    const packageJson = resolvePackageJson(name, root.folder);
    if (packageJson === undefined) {
      if (root.explicit)
        problems.push({
          package: name,
          message: `it is listed in osiris.yaml but not installed: npm i ${name}`,
        });
      continue;
    }
    const driverPackage = readPackage(packageJson, name, depth, problems);
    for (const component of driverPackage) {
      const other = found.get(component.spec.name);
      if (other !== undefined) throw conflict(component, other);
      found.set(component.spec.name, component);
    }
  }
  return found;
}

/** A broken third-party package must not disturb the others. */
function readPackage(
  packageJson: string,
  name: string,
  depth: ReadingDepth,
  problems: PackageProblem[],
): readonly DiscoveredComponent[] {
  try {
    const driverPackage = readDriverPackage(packageJson, depth);
    problems.push(...(driverPackage?.problems ?? []).map((message) => ({ package: name, message })));
    return driverPackage?.components ?? [];
  } catch (error) {
    problems.push({ package: name, message: error instanceof Error ? error.message : String(error) });
    return [];
  }
}

function isAllowed(name: string, project: ProjectConfig): boolean {
  const { allow, deny } = project.components ?? {};
  if (deny?.some((pattern) => matches(name, pattern))) return false;
  return allow === undefined || allow.some((pattern) => matches(name, pattern));
}

/** `family.*` stands for all components of a family; anything else for itself. */
function matches(name: string, pattern: string): boolean {
  return pattern.endsWith(".*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function conflict(a: DiscoveredComponent, b: DiscoveredComponent): OsirisError {
  return new OsirisError({
    code: "discovery.conflict",
    category: "usage",
    message: `Two packages bring the component "${a.spec.name}": ${b.package} and ${a.package}`,
    hint: "Uninstall one of them, or list the driver packages to use under drivers: in osiris.yaml.",
  });
}

function unique(problems: readonly PackageProblem[]): readonly PackageProblem[] {
  const seen = new Set<string>();
  return problems.filter(
    ({ package: name, message }) => !seen.has(`${name} ${message}`) && seen.add(`${name} ${message}`),
  );
}
