import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { readSpec, reviewSpec, type Finding, type InstalledComponent, type SpecFile } from "@osiris/compiler";
import { CONTRACT_VERSION, type ComponentSpec } from "@osiris/core";

/** A component with what is needed to load its driver. */
export interface DiscoveredComponent extends InstalledComponent {
  /** Where its package.json lies; absolute, as is the file of its driver. */
  readonly packageFolder: string;
  readonly driverFile: string;
  readonly driverExport: string;
}

export interface DriverPackage {
  readonly components: readonly ListedComponent[];
  /** What is wrong with the package as a whole, in words for its users. */
  readonly problems: readonly string[];
}

/** A component that a package lists. */
export interface ListedComponent {
  /** What it is called, as far as its spec's first line tells; absent: reading it tells. */
  readonly name?: string;
  /** Reads and checks its spec: the component, or what is wrong with it, in words for users. */
  read(depth: ReadingDepth): DiscoveredComponent | readonly string[];
}

/**
 * `use`: what a command needs that will use some of the components. `review`: specs are checked to the end, also those that
 * nobody uses today; it takes some ten times as long.
 */
export type ReadingDepth = "use" | "review";

/** What a driver package says of itself in package.json, as it is written. */
export interface DriverManifest {
  readonly name?: string;
  readonly version?: string;
  readonly osiris?: { readonly contract?: unknown; readonly components?: unknown };
}

/**
 * Reads a package's manifest, and later its specs; no code. Undefined when the package is not a driver package. For its
 * users; {@link checkDriverPackage} tells its author all.
 */
export function readDriverPackage(packageJson: string): DriverPackage | undefined {
  const manifest = JSON.parse(readFileSync(packageJson, "utf8").replace(/^\uFEFF/, "")) as DriverManifest;
  if (manifest.osiris === undefined) return undefined;
  const { contract, components } = manifest.osiris;
  const problem = contractProblem(contract);
  if (problem !== undefined) return { components: [], problems: [problem] };
  if (!Array.isArray(components) || !components.every((file) => typeof file === "string")) {
    return {
      components: [],
      problems: ['"osiris.components" in its package.json must list spec.yaml files'],
    };
  }
  const folder = dirname(packageJson);
  return { components: components.map((file) => listedComponent(file, folder, manifest)), problems: [] };
}

function listedComponent(file: string, folder: string, manifest: DriverManifest): ListedComponent {
  const text = specText(file, folder);
  const name = "text" in text ? FIRST_LINE.exec(text.text)?.[1] : undefined;
  return {
    ...(name === undefined ? {} : { name }),
    read(depth) {
      try {
        const result = readComponent(file, folder, manifest, depth);
        if (typeof result === "string") return [`${file}: ${result}`];
        return "component" in result ? result.component : firstProblem(file, result.findings);
      } catch (error) {
        return [`${file}: ${error instanceof Error ? error.message : String(error)}`];
      }
    },
  };
}

/**
 * A spec that begins with its name. It can be nothing else then: who writes more behind it, or a second name below, has
 * a spec that cannot be used.
 */
const FIRST_LINE = /^name: ([a-z][a-z0-9_-]*\.[a-z][a-z0-9_-]*)[ \t]*\r?\n/;

/** Why a package cannot be used by this Osiris; undefined when it can. */
export function contractProblem(contract: unknown): string | undefined {
  if (contract === CONTRACT_VERSION) return undefined;
  return `it is made for driver contract ${JSON.stringify(contract)}, this Osiris has ${CONTRACT_VERSION}`;
}

/** One line for those who only want to use the package; `osiris components validate` shows all. */
function firstProblem(file: string, findings: readonly Finding[]): readonly string[] {
  const error = findings.find(({ severity }) => severity === "error");
  return error === undefined ? [] : [`${file}:${error.place.line}:${error.place.column}: ${error.message}`];
}

function readComponent(
  file: string,
  folder: string,
  manifest: DriverManifest,
  depth: ReadingDepth,
): { readonly component: DiscoveredComponent } | { readonly findings: readonly Finding[] } | string {
  const read = readSpecFile(file, folder);
  if (typeof read === "string") return read;
  if (depth === "review") reviewSpec(read);
  const { spec, report } = read;
  if (spec === undefined || report.hasErrors) return { findings: report.findings() };
  const component: DiscoveredComponent = {
    spec,
    package: manifest.name ?? "",
    packageVersion: manifest.version ?? "",
    packageFolder: folder,
    ...driverOf(spec, folder),
  };
  return { component };
}

/**
 * Reads a spec.yaml that a package lists; a text says why it cannot be read.
 * @param shown what findings call a file, by its absolute path; default: that path
 */
export function readSpecFile(
  file: string,
  folder: string,
  shown: (path: string) => string = (path) => path,
): SpecFile | string {
  const found = specText(file, folder);
  if ("problem" in found) return found.problem;
  const read = readSpec(found.text, shown(found.path));
  const { spec, source, report } = read;
  if (spec !== undefined && !isInside(driverOf(spec, folder).driverFile, folder)) {
    const span = source.spanOf(["x-runtime", "driver"]);
    report.add("spec.bad_driver", span, "x-runtime.driver lies outside the package");
  }
  return read;
}

function specText(
  file: string,
  folder: string,
): { readonly path: string; readonly text: string } | { readonly problem: string } {
  const path = resolve(folder, file);
  if (!isInside(path, folder)) return { problem: "it lies outside the package" };
  try {
    return { path, text: readFileSync(path, "utf8") };
  } catch {
    return { problem: "it cannot be read" };
  }
}

/** What `x-runtime.driver` names. */
export function driverOf(
  spec: ComponentSpec,
  folder: string,
): Pick<DiscoveredComponent, "driverFile" | "driverExport"> {
  const [file = "", driverExport = ""] = spec["x-runtime"].driver.split("#");
  return { driverFile: join(folder, file), driverExport };
}

export function isInside(file: string, folder: string): boolean {
  const path = relative(folder, file);
  return !/^\.\.([\\/]|$)/.test(path) && !isAbsolute(path);
}
