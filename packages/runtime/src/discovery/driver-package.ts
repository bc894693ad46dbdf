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
  readonly components: readonly DiscoveredComponent[];
  /** What is wrong with it, in words for its users. Its good components can be used all the same. */
  readonly problems: readonly string[];
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
 * Reads a package's manifest and specs, no code. Undefined when the package is not a driver package. For its users;
 * {@link checkDriverPackage} tells its author all.
 */
export function readDriverPackage(packageJson: string, depth: ReadingDepth): DriverPackage | undefined {
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
  const read: DiscoveredComponent[] = [];
  const problems: string[] = [];
  for (const file of components) {
    const result = readComponent(file, dirname(packageJson), manifest, depth);
    if (typeof result === "string") problems.push(`${file}: ${result}`);
    else if ("component" in result) read.push(result.component);
    else problems.push(...firstProblem(file, result.findings));
  }
  return { components: read, problems };
}

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
  const specFile = resolve(folder, file);
  if (!isInside(specFile, folder)) return "it lies outside the package";
  let text: string;
  try {
    text = readFileSync(specFile, "utf8");
  } catch {
    return "it cannot be read";
  }
  const read = readSpec(text, shown(specFile));
  const { spec, source, report } = read;
  if (spec !== undefined && !isInside(driverOf(spec, folder).driverFile, folder)) {
    const span = source.spanOf(["x-runtime", "driver"]);
    report.add("spec.bad_driver", span, "x-runtime.driver lies outside the package");
  }
  return read;
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
