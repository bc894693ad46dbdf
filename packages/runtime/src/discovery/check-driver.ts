import { statSync } from "node:fs";
import { relative } from "node:path";
import { didYouMean, type SpecFile } from "@osiris/compiler";
import type { Driver } from "@osiris/core";
import { checkExamples, type BadDriver } from "./check-examples.ts";
import { reasonOf, thrownAt } from "./driver-fault.ts";
import { driverOf, isInside } from "./driver-package.ts";
import { importDriver, isDriver } from "./load-driver.ts";
import { typeMapProblem } from "./read-type-map.ts";

/** Loads the driver of a spec, and lets it look at the spec's examples. Adds what is wrong to the spec's report. */
export async function checkDriver(read: SpecFile, folder: string): Promise<void> {
  const { spec, source, report } = read;
  if (spec === undefined) return;
  const { driverFile, driverExport } = driverOf(spec, folder);
  // It has been reported, and is nobody's to run.
  if (!isInside(driverFile, folder)) return;
  const bad: BadDriver = (message, hint) =>
    report.add("spec.bad_driver", source.spanOf(["x-runtime", "driver"]), message, hint);
  const driver = await load(driverFile, driverExport, folder, bad);
  if (driver !== undefined) await checkExamples(driver, { ...read, spec, folder }, bad);
}

async function load(file: string, name: string, folder: string, bad: BadDriver): Promise<Driver | undefined> {
  const shown = relative(folder, file);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    bad(
      `There is no file ${shown}`,
      "Build the package, or correct the path; it starts at the package's folder.",
    );
    return undefined;
  }
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await importDriver(file);
  } catch (error) {
    bad(`${shown} cannot be loaded: ${reasonOf(error)}`, thrownAt(error, folder));
    return undefined;
  }
  const driver = module[name];
  if (driver === undefined) {
    bad(`${shown} has no export "${name}"`, didYouMean(name, Object.keys(module)));
  } else if (!isDriver(driver)) {
    bad(
      `"${name}" in ${shown} is not a driver`,
      "It must be an object with a run function; see defineDriver of @osiris/core.",
    );
  } else {
    const faults = wrongMembers(driver);
    if (faults.length === 0) return driver;
    for (const fault of faults) bad(`"${name}" in ${shown}: ${fault}`);
  }
  return undefined;
}

/** What cannot be what the contract says, beside `run`. */
function wrongMembers(driver: Driver): readonly string[] {
  const odd = (["validate", "columns", "check", "discover", "plan"] as const).filter(
    (method) => driver[method] !== undefined && typeof driver[method] !== "function",
  );
  const badTypes = driver.typeMap === undefined ? undefined : typeMapProblem(driver.typeMap);
  return [
    ...(odd.length === 0 ? [] : [`${odd.join(" and ")} must be a function`]),
    ...(badTypes === undefined ? [] : [`its typeMap is wrong: ${badTypes}`]),
  ];
}
