import { connectionFields, familyOf, toOsirisError, type Driver, type OsirisError } from "@osiris/core";
import type { Catalog } from "../discovery/catalog.ts";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";
import { loadDriver } from "../discovery/load-driver.ts";

/** A component with its driver, or with what kept it from being loaded. */
export type LoadedComponent =
  | { readonly component: DiscoveredComponent; readonly driver: Driver }
  | { readonly component: DiscoveredComponent; readonly error: OsirisError };

/** The components that take connections of a family, by name. */
export function componentsTaking(family: string, { components }: Catalog): readonly DiscoveredComponent[] {
  return [...components.values()].filter(
    ({ spec }) => familyOf(spec.name) === family && connectionFields(spec).size > 0,
  );
}

/**
 * Whom to ask about a connection: the first component, by name, of those whose drivers share one function. What cannot
 * be loaded is among them.
 */
export async function askableDrivers(
  components: readonly DiscoveredComponent[],
  method: "check" | "discover",
): Promise<readonly LoadedComponent[]> {
  const seen = new Set<unknown>();
  const askable: LoadedComponent[] = [];
  for (const component of components) {
    const loaded = await load(component);
    if ("driver" in loaded) {
      const ask: unknown = loaded.driver[method];
      if (ask === undefined || seen.has(ask)) continue;
      seen.add(ask);
    }
    askable.push(loaded);
  }
  return askable;
}

async function load(component: DiscoveredComponent): Promise<LoadedComponent> {
  try {
    return { component, driver: await loadDriver(component) };
  } catch (error) {
    return { component, error: toOsirisError(error, `Loading the driver of ${component.spec.name}`) };
  }
}
