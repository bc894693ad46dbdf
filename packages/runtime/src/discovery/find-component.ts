import type { ManifestStep } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import type { Catalog } from "./catalog.ts";
import type { DiscoveredComponent } from "./driver-package.ts";

/**
 * The component that a manifest's step was compiled for, in that very version.
 * @throws OsirisError `driver.not_installed`, `driver.denied`, `driver.wrong_version`
 */
export function findComponent(step: ManifestStep, catalog: Catalog): DiscoveredComponent {
  const component = catalog.components.get(step.component);
  if (component === undefined) {
    const denied = catalog.denied.has(step.component);
    throw new OsirisError({
      code: denied ? "driver.denied" : "driver.not_installed",
      category: "usage",
      message: denied
        ? `osiris.yaml does not allow the component "${step.component}"`
        : `No component "${step.component}" is installed`,
      hint: denied
        ? "Change components: in osiris.yaml."
        : `Install it: npm i ${step.driver.package}@${step.driver.version}`,
    });
  }
  if (component.package !== step.driver.package || component.packageVersion !== step.driver.version) {
    throw new OsirisError({
      code: "driver.wrong_version",
      category: "usage",
      message: `The manifest was compiled for ${step.driver.package} ${step.driver.version}, installed is ${component.package} ${component.packageVersion}`,
      hint: "Compile the pipeline again, or install the version that the manifest names.",
    });
  }
  return component;
}
