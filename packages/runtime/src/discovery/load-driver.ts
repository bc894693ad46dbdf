import { pathToFileURL } from "node:url";
import { OsirisError, type Driver } from "@osiris/core";
import type { DiscoveredComponent } from "./driver-package.ts";

/** Imports a driver's module, once per process, when a step first needs it. */
export async function loadDriver(component: DiscoveredComponent): Promise<Driver> {
  const { name } = component.spec;
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await importDriver(component.driverFile);
  } catch (error) {
    throw new OsirisError({
      code: "driver.load_failed",
      category: "external",
      message: `The driver of ${name} cannot be loaded from ${component.package}: ${error instanceof Error ? error.message : String(error)}`,
      hint: `Reinstall it: npm i ${component.package}`,
      cause: error,
    });
  }
  const driver = module[component.driverExport];
  if (!isDriver(driver)) {
    throw new OsirisError({
      code: "driver.no_export",
      category: "internal",
      message: `${component.package}: "${component.driverExport}" in ${component.spec["x-runtime"].driver} is not a driver`,
      hint: "It must be an object with a run function; see @osiris/core's defineDriver.",
    });
  }
  return driver;
}

/** A module may wait for something at its top level; nobody should wait for ever with it. */
const IMPORT_TIMEOUT_MS = 30_000;

/** Runs the module's code, once per process, and gives its exports. */
export async function importDriver(file: string): Promise<Readonly<Record<string, unknown>>> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => timeout.reject(new Error(`it is not done after ${IMPORT_TIMEOUT_MS / 1000} s`)),
    IMPORT_TIMEOUT_MS,
  );
  try {
    const module: unknown = await Promise.race([import(pathToFileURL(file).href), timeout.promise]);
    return module as Readonly<Record<string, unknown>>;
  } finally {
    clearTimeout(timer);
  }
}

export function isDriver(value: unknown): value is Driver {
  return (
    typeof value === "object" && value !== null && typeof (value as { run?: unknown }).run === "function"
  );
}
