import { fingerprint, type Connection } from "@osiris/compiler";
import { isOsirisError, OsirisError, type Discovery, type Resource } from "@osiris/core";
import type { Surroundings } from "../config/surroundings.ts";
import type { Catalog } from "../discovery/catalog.ts";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";
import { Redactor } from "../run/redactor.ts";
import { askDriver, connectionError } from "./ask-driver.ts";
import { askableDrivers, componentsTaking, type LoadedComponent } from "./askable-drivers.ts";
import { connectionConfig, referenceTo } from "./connection-config.ts";
import { readDiscovery } from "./read-discovery.ts";

const DISCOVER_TIMEOUT_MS = 30_000;

/** A resource, and the component whose steps read it. */
export interface DiscoveredResource extends Resource {
  readonly component: string;
}

/** What there is behind a connection. Equal sources give equal documents. */
export interface ConnectionDiscovery {
  /** `@family.alias` */
  readonly connection: string;
  /** Of the names, columns and types: it changes when they do, and not with the rows. */
  readonly fingerprint: string;
  /** By name. */
  readonly resources: readonly DiscoveredResource[];
  /** Why there may be more than these. */
  readonly incomplete: readonly string[];
}

export interface DiscoverOptions {
  /** Rows of each resource to show. @default 0 */
  readonly samples?: number;
  /** For one driver's answer. @default 30000 */
  readonly timeoutMs?: number;
  /** Is told the connection's secrets before a driver gets them: for what drivers say elsewhere. @default its own */
  readonly redactor?: Redactor;
}

/**
 * Asks the drivers of a connection's family what there is.
 * @throws OsirisError `discover.unsupported`, and whatever is wrong with the connection, without its secrets
 */
export async function discoverConnection(
  connection: Connection,
  catalog: Catalog,
  surroundings: Surroundings,
  { samples = 0, timeoutMs = DISCOVER_TIMEOUT_MS, redactor = new Redactor() }: DiscoverOptions = {},
): Promise<ConnectionDiscovery> {
  const reference = referenceTo(connection);
  const components = componentsTaking(connection.family, catalog);
  const drivers = await askableDrivers(components, "discover");
  if (drivers.length === 0) throw unsupported(reference, components);
  const answers: { readonly component: string; readonly found: Discovery }[] = [];
  for (const loaded of drivers) {
    const found = await askOne(connection, loaded, surroundings, { samples, timeoutMs, redactor });
    answers.push({ component: loaded.component.spec.name, found });
  }
  const resources = answers
    .flatMap(({ component, found }) => found.resources.map((resource) => ({ ...resource, component })))
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.component, b.component));
  const shape = resources.map(({ component, name, kind, columns }) => ({ component, name, kind, columns }));
  return {
    connection: reference,
    fingerprint: fingerprint(shape),
    resources,
    incomplete: answers.flatMap(({ found }) => found.incomplete ?? []),
  };
}

/** By code unit, never by locale: the order is the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function askOne(
  connection: Connection,
  loaded: LoadedComponent,
  surroundings: Surroundings,
  { samples, timeoutMs, redactor }: Required<DiscoverOptions>,
): Promise<Discovery> {
  const { component } = loaded;
  const { config, secrets } = connectionConfig(connection, component.spec, surroundings);
  redactor.add(secrets);
  try {
    if ("error" in loaded) throw loaded.error;
    const { driver } = loaded;
    const answer: unknown = await askDriver({ component, method: "discover", timeoutMs }, (signal) =>
      driver.discover?.({ connection: config, samples, signal }),
    );
    return redactor.value(readDiscovery(answer, component, samples));
  } catch (error) {
    if (!isOsirisError(error)) throw error;
    const { code, message, hint } = connectionError(error, redactor);
    const { category, retryable } = error;
    throw new OsirisError({ code, category, message, retryable, ...(hint === undefined ? {} : { hint }) });
  }
}

function unsupported(reference: string, components: readonly DiscoveredComponent[]): OsirisError {
  const names = components.map(({ spec }) => spec.name).join(", ");
  return new OsirisError({
    code: "discover.unsupported",
    category: "usage",
    message:
      components.length === 0
        ? `Nobody can look behind ${reference}: no component of its family is installed`
        : `Nobody can look behind ${reference}: no driver of its family can discover (${names})`,
    hint: 'See "osiris components list".',
  });
}
