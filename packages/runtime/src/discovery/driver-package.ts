import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { readSpec, type Finding, type InstalledComponent } from "@osiris/compiler";
import { CONTRACT_VERSION, type ComponentSpec } from "@osiris/core";

/** A component with what is needed to load its driver. */
export interface DiscoveredComponent extends InstalledComponent {
  /** Absolute. */
  readonly driverFile: string;
  readonly driverExport: string;
}

export interface DriverPackage {
  readonly components: readonly DiscoveredComponent[];
  /** What is wrong with it, in words for its author. Its good components can be used all the same. */
  readonly problems: readonly string[];
  /** All that is wrong with its spec.yaml files, warnings too. */
  readonly findings: readonly Finding[];
}

interface DriverManifest {
  readonly name?: string;
  readonly version?: string;
  readonly osiris?: { readonly contract?: unknown; readonly components?: unknown };
}

/** Reads a package's manifest and specs, no code. Undefined when the package is not a driver package. */
export function readDriverPackage(packageJson: string): DriverPackage | undefined {
  const manifest = JSON.parse(readFileSync(packageJson, "utf8").replace(/^\uFEFF/, "")) as DriverManifest;
  if (manifest.osiris === undefined) return undefined;
  const { contract, components } = manifest.osiris;
  if (contract !== CONTRACT_VERSION) {
    const problem = `it is made for driver contract ${String(contract)}, this Osiris has ${CONTRACT_VERSION}`;
    return { components: [], problems: [problem], findings: [] };
  }
  if (!Array.isArray(components) || !components.every((file) => typeof file === "string")) {
    return {
      components: [],
      problems: ['"osiris.components" in its package.json must list spec.yaml files'],
      findings: [],
    };
  }
  const read: DiscoveredComponent[] = [];
  const problems: string[] = [];
  const findings: Finding[] = [];
  for (const file of components) {
    const result = readComponent(file, packageJson, manifest);
    if (typeof result === "string") {
      problems.push(`${file}: ${result}`);
      continue;
    }
    findings.push(...result.findings);
    if (result.component !== undefined) read.push(result.component);
    else problems.push(...firstProblem(file, result.findings));
  }
  return { components: read, problems, findings };
}

/** One line for those who only want to use the package; `osiris components validate` shows all. */
function firstProblem(file: string, findings: readonly Finding[]): readonly string[] {
  const error = findings.find(({ severity }) => severity === "error");
  return error === undefined ? [] : [`${file}:${error.place.line}:${error.place.column}: ${error.message}`];
}

function readComponent(
  file: string,
  packageJson: string,
  manifest: DriverManifest,
): { readonly component?: DiscoveredComponent; readonly findings: readonly Finding[] } | string {
  const root = dirname(packageJson);
  const specFile = resolve(root, file);
  if (!isInside(specFile, root)) return "it lies outside the package";
  let text: string;
  try {
    text = readFileSync(specFile, "utf8");
  } catch {
    return "it cannot be read";
  }
  const { spec, findings } = readSpec(text, specFile, (spec, source, report) => {
    if (isInside(driverFileOf(spec, root), root)) return;
    const span = source.spanOf(["x-runtime", "driver"]);
    report.add("spec.bad_driver", span, "x-runtime.driver lies outside the package");
  });
  if (spec === undefined) return { findings };
  const component: DiscoveredComponent = {
    spec,
    package: manifest.name ?? "",
    packageVersion: manifest.version ?? "",
    driverFile: driverFileOf(spec, root),
    driverExport: spec["x-runtime"].driver.split("#")[1] ?? "",
  };
  return { component, findings };
}

function driverFileOf(spec: ComponentSpec, root: string): string {
  return join(root, spec["x-runtime"].driver.split("#")[0] ?? "");
}

function isInside(file: string, folder: string): boolean {
  return !relative(folder, file).startsWith("..");
}
