import { existsSync, statSync, type Stats } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { didYouMean } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import { openCatalog, type DiscoveryScope } from "./catalog.ts";
import { packageRoots, resolvePackageJson } from "./package-roots.ts";

/**
 * The folder of the driver package that `target` names: a folder, an installed package or an installed component.
 * @throws OsirisError `components.no_package`, `components.not_found`, `components.denied`
 */
export function findDriverPackage(target: string, at: DiscoveryScope): string {
  const path = resolve(at.cwd, target);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true && existsSync(join(path, "package.json"))) return path;
  const name = isPath(target) ? undefined : target;
  const packageJson = name === undefined ? undefined : installed(name, at);
  if (packageJson !== undefined) return dirname(packageJson);
  const { components, denied } = openCatalog(at);
  const component = components.get(target);
  if (component !== undefined) return component.packageFolder;
  if (name === undefined || found !== undefined) throw noPackage(path, found);
  if (denied.has(name)) {
    const message = `osiris.yaml does not allow the component "${name}"`;
    throw notFound("components.denied", message, "Name its package, or the package's folder.");
  }
  const message = `There is no folder, installed package or component "${name}"`;
  throw notFound("components.not_found", message, didYouMean(name, components.keys()));
}

function isPath(target: string): boolean {
  return /^[./\\]|^[A-Za-z]:/.test(target);
}

function noPackage(path: string, found: Stats | undefined): OsirisError {
  const message =
    found === undefined
      ? `There is no folder ${path}`
      : found.isDirectory()
        ? `There is no package.json in ${path}`
        : `${path} is no folder`;
  return notFound("components.no_package", message, "Name the folder that holds a driver's package.json.");
}

function installed(name: string, { cwd, cliFolder, project }: DiscoveryScope): string | undefined {
  for (const root of packageRoots(cwd, cliFolder, project)) {
    const packageJson = resolvePackageJson(name, root.folder);
    if (packageJson !== undefined) return packageJson;
  }
  return undefined;
}

function notFound(code: string, message: string, hint: string): OsirisError {
  return new OsirisError({ code, category: "usage", message, hint });
}
