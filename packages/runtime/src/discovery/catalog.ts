import type { Components, InstalledComponent } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import type { ProjectConfig } from "../config/project-config.ts";
import { readDriverPackage, type DiscoveredComponent, type ReadingDepth } from "./driver-package.ts";
import { FoundComponent, FoundComponents } from "./found-components.ts";
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
 * Finds the installed components. Reads package.json files; a spec.yaml when its component is asked for, or its name does not
 * stand in its first line. No driver's code runs.
 * @throws OsirisError `discovery.conflict` when two packages of one place claim a component name
 */
export function openCatalog(at: DiscoveryScope, depth: ReadingDepth = "use"): Catalog {
  const packages: FoundPackage[] = [];
  /** By name, from the nearest root to the farthest. */
  const found = new Map<string, FoundComponent[]>();
  for (const root of packageRoots(at.cwd, at.cliFolder, at.project)) {
    for (const [name, component] of componentsOf(root, depth, packages)) {
      found.set(name, [...(found.get(name) ?? []), component]);
    }
  }
  const sorted = [...found].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const allowed = sorted.filter(([name]) => isAllowed(name, at.project));
  const others = new FoundComponents(new Map(sorted.filter(([name]) => !isAllowed(name, at.project))));
  return {
    components: new FoundComponents(new Map(allowed)),
    get denied() {
      return new Set(others.keys());
    },
    get problems() {
      return unique(packages.flatMap(problemsOf));
    },
  };
}

/** A package that may be a driver package, in the order in which they were found. */
interface FoundPackage {
  readonly name: string;
  readonly problems: readonly string[];
  readonly components: readonly FoundComponent[];
}

function problemsOf({ name, problems, components }: FoundPackage): readonly PackageProblem[] {
  const all = [...problems, ...components.flatMap((component) => component.problems())];
  return all.map((message) => ({ package: name, message }));
}

function componentsOf(
  root: PackageRoot,
  depth: ReadingDepth,
  packages: FoundPackage[],
): ReadonlyMap<string, FoundComponent> {
  const found = new Map<string, FoundComponent>();
  for (const candidate of root.candidates) {
    const driverPackage = findPackage(candidate, root, depth);
    packages.push(driverPackage);
    for (const component of driverPackage.components) {
      const { name } = component;
      if (name === undefined) continue;
      // Only where there are two it matters whether they can be used.
      const other = found.get(name)?.get();
      if (other === undefined) {
        found.set(name, component);
      } else {
        const second = component.get();
        if (second !== undefined) throw conflict(second, other);
      }
    }
  }
  return found;
}

/** A broken third-party package must not disturb the others. */
function findPackage(name: string, root: PackageRoot, depth: ReadingDepth): FoundPackage {
  const broken = (problem: string): FoundPackage => ({ name, problems: [problem], components: [] });
  const packageJson = resolvePackageJson(name, root.folder);
  if (packageJson === undefined && root.explicit) {
    return broken(`it is listed in osiris.yaml but not installed: npm i ${name}`);
  }
  try {
    const read = packageJson === undefined ? undefined : readDriverPackage(packageJson);
    const components = read?.components.map((listed) => new FoundComponent(listed, depth)) ?? [];
    return { name, problems: read?.problems ?? [], components };
  } catch (error) {
    return broken(error instanceof Error ? error.message : String(error));
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
