import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { schemaProblem, type InstalledComponent } from "@osiris/compiler";
import { COMPONENT_SPEC_SCHEMA, CONTRACT_VERSION, type ComponentSpec } from "@osiris/core";
import { parseDocument } from "yaml";

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
}

interface DriverManifest {
  readonly name?: string;
  readonly version?: string;
  readonly osiris?: { readonly contract?: unknown; readonly components?: unknown };
}

/** Reads a package's manifest and specs, no code. Undefined when the package is not a driver package. */
export function readDriverPackage(packageJson: string): DriverPackage | undefined {
  const manifest = JSON.parse(readFileSync(packageJson, "utf8")) as DriverManifest;
  if (manifest.osiris === undefined) return undefined;
  const { contract, components } = manifest.osiris;
  if (contract !== CONTRACT_VERSION) {
    const problem = `it is made for driver contract ${String(contract)}, this Osiris has ${CONTRACT_VERSION}`;
    return { components: [], problems: [problem] };
  }
  if (!Array.isArray(components) || !components.every((file) => typeof file === "string")) {
    return {
      components: [],
      problems: ['"osiris.components" in its package.json must list spec.yaml files'],
    };
  }
  const read: DiscoveredComponent[] = [];
  const problems: string[] = [];
  for (const file of components) {
    const result = readSpec(file, packageJson, manifest);
    if (typeof result === "string") problems.push(`${file}: ${result}`);
    else read.push(result);
  }
  return { components: read, problems };
}

function readSpec(file: string, packageJson: string, manifest: DriverManifest): DiscoveredComponent | string {
  const root = dirname(packageJson);
  const specFile = resolve(root, file);
  if (!isInside(specFile, root)) return "it lies outside the package";
  let text: string;
  try {
    text = readFileSync(specFile, "utf8");
  } catch {
    return "it cannot be read";
  }
  const document = parseDocument(text);
  if (document.errors[0] !== undefined) return document.errors[0].message;
  const value: unknown = document.toJS();
  const problem = schemaProblem(COMPONENT_SPEC_SCHEMA, value);
  if (problem !== undefined) return problem;
  const spec = value as ComponentSpec;
  const unknown = unknownPointer(spec);
  if (unknown !== undefined) return `${unknown} is not a property of configSchema`;
  const schemaFault = configSchemaProblem(spec);
  if (schemaFault !== undefined) return schemaFault;
  const [driver = "", driverExport = ""] = spec["x-runtime"].driver.split("#");
  const driverFile = join(root, driver);
  if (!isInside(driverFile, root)) return "x-runtime.driver lies outside the package";
  return {
    spec,
    package: manifest.name ?? "",
    packageVersion: manifest.version ?? "",
    driverFile,
    driverExport,
  };
}

/** The schema must compile and accept the spec's own examples: else every pipeline with it would fail. */
function configSchemaProblem(spec: ComponentSpec): string | undefined {
  try {
    for (const { title, config } of spec.examples) {
      const problem = schemaProblem(spec.configSchema, structuredClone(config));
      if (problem !== undefined) return `example "${title}": ${problem}`;
    }
    return undefined;
  } catch (error) {
    return `configSchema: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function unknownPointer(spec: ComponentSpec): string | undefined {
  const pointers = [
    ...(spec.paths?.read ?? []),
    ...(spec.paths?.write ?? []),
    ...(spec.sql ? [spec.sql] : []),
  ];
  return pointers.find((pointer) => !Object.hasOwn(spec.configSchema.properties, pointer.slice(1)));
}

function isInside(file: string, folder: string): boolean {
  return !relative(folder, file).startsWith("..");
}
