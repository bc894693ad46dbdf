import { readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { Report, reviewSpec, Source, type Finding, type SpecFile } from "@osiris/compiler";
import type { ComponentSpec } from "@osiris/core";
import { checkDriver } from "./check-driver.ts";
import { checkPackageJson, type AuthoredManifest } from "./check-package-json.ts";
import { readSpecFile } from "./driver-package.ts";
import { isPacked } from "./packed-files.ts";

/** What there is to say to the author of a driver package. */
export interface DriverPackageCheck {
  /** As package.json says; "" where it does not. */
  readonly name: string;
  readonly version: string;
  /** The components that can be used. */
  readonly components: readonly { readonly name: string; readonly version: string; readonly spec: string }[];
  /** All that is wrong with package.json, the spec.yaml files and the drivers, warnings too. */
  readonly findings: readonly Finding[];
}

/**
 * Checks a driver package for its author. Runs the drivers' code: their modules, and what they have to say of the
 * specs' examples.
 * @param shown what findings call a file, by its absolute path
 */
export async function checkDriverPackage(
  folder: string,
  shown: (path: string) => string,
): Promise<DriverPackageCheck> {
  const file = join(folder, "package.json");
  const source = new Source(readFileSync(file, "utf8"), shown(file));
  const report = new Report();
  const manifest = checkPackageJson(source, report) ?? {};
  const specs = readSpecs(manifest, { folder, shown, source, report });
  checkNames(specs);
  for (const read of specs) await checkDriver(read, folder);
  checkPacked(specs, manifest, { folder, source, report });
  return {
    name: typeof manifest.name === "string" ? manifest.name : "",
    version: typeof manifest.version === "string" ? manifest.version : "",
    components: specs.flatMap(({ file, spec, report }) =>
      spec === undefined || report.hasErrors ? [] : [{ name: spec.name, version: spec.version, spec: file }],
    ),
    findings: [report, ...specs.map(({ report }) => report)].flatMap((each) => each.findings()),
  };
}

interface ListedSpec extends SpecFile {
  /** As package.json names it. */
  readonly file: string;
}

interface PackageScope {
  readonly folder: string;
  /** package.json, and what is wrong with it. */
  readonly source: Source;
  readonly report: Report;
}

function readSpecs(
  { osiris }: AuthoredManifest,
  { folder, shown, source, report }: PackageScope & { readonly shown: (path: string) => string },
): readonly ListedSpec[] {
  const listed: unknown = osiris?.components;
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((file: unknown, index) => {
    if (typeof file !== "string" || file === "" || listed.indexOf(file) < index) return [];
    const read = readSpecFile(file, folder, shown);
    if (typeof read !== "string") {
      reviewSpec(read);
      return [{ ...read, file }];
    }
    const span = source.spanOf(["osiris", "components", index]);
    report.add("package.spec_file", span, `${file}: ${read}`);
    return [];
  });
}

function checkNames(specs: readonly ListedSpec[]): void {
  const first = new Map<string, string>();
  for (const { file, spec, source, report } of specs) {
    if (spec === undefined) continue;
    const other = first.get(spec.name);
    first.set(spec.name, other ?? file);
    if (other === undefined) continue;
    report.add("spec.duplicate_name", source.spanOf(["name"]), `${other} describes "${spec.name}" too`);
  }
}

/** What discovery and the first step will look for must be in the tarball. */
function checkPacked(
  specs: readonly ListedSpec[],
  { files, main }: AuthoredManifest,
  { folder, source, report }: PackageScope,
): void {
  if (!Array.isArray(files) || !files.every((pattern) => typeof pattern === "string")) return;
  const check = (file: string, what: string): void => {
    const path = relative(folder, join(folder, file)).split(sep).join("/");
    // npm packs the main file, come what may.
    const isMain = typeof main === "string" && join(folder, main) === join(folder, file);
    if (path.startsWith("../") || isMain || isPacked(path, files)) return;
    const message = `"files" leaves out ${file}, ${what}`;
    report.add("package.unpublished", source.spanOfKey(["files"]), message, "Add it, or its folder.");
  };
  for (const { file, spec } of specs) {
    check(file, "a spec");
    if (spec !== undefined) check(driverPath(spec), `the driver of ${spec.name}`);
  }
}

function driverPath(spec: ComponentSpec): string {
  return spec["x-runtime"].driver.split("#")[0] ?? "";
}
