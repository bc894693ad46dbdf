import { fingerprint, isRecord, type Connection } from "@osiris/compiler";
import { isOsirisError, OsirisError, type Discovery, type Resource } from "@osiris/core";
import type { Surroundings } from "../config/surroundings.ts";
import type { Catalog } from "../discovery/catalog.ts";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";
import { Redactor } from "../run/redactor.ts";
import { askDriver, connectionError, defect } from "./ask-driver.ts";
import { askableDrivers, componentsTaking, type LoadedComponent } from "./askable-drivers.ts";
import { connectionConfig, referenceTo } from "./connection-config.ts";

export const DISCOVER_TIMEOUT_MS = 30_000;

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
    return redactor.value(readAnswer(answer, component, samples));
  } catch (error) {
    if (!isOsirisError(error)) throw error;
    const { code, message, hint } = connectionError(error, redactor);
    const { category, retryable } = error;
    throw new OsirisError({ code, category, message, retryable, ...(hint === undefined ? {} : { hint }) });
  }
}

/** The answer as plain JSON, if it is one that the contract allows. Rows that nobody asked for are left out. */
function readAnswer(answer: unknown, component: DiscoveredComponent, samples: number): Discovery {
  const wrong = (what: string): OsirisError => defect(component, `its discover() ${what}`);
  let plain: unknown;
  try {
    plain = JSON.parse(JSON.stringify(answer) ?? "null");
  } catch (error) {
    throw wrong(`gives what is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isRecord(plain) || !Array.isArray(plain["resources"])) throw wrong("must give { resources: […] }");
  const names = new Set<string>();
  for (const resource of plain["resources"] as readonly unknown[]) {
    if (!isResource(resource))
      throw wrong("gives a resource that is not { name, kind, columns: [{ name, type }] }");
    if (names.has(resource.name)) throw wrong(`gives two resources called "${resource.name}"`);
    names.add(resource.name);
  }
  const discovery = plain as unknown as Discovery;
  const resources = discovery.resources.map(({ samples: rows = [], ...resource }) =>
    samples > 0 ? { ...resource, samples: rows.slice(0, samples) } : resource,
  );
  return { ...discovery, resources };
}

function isResource(value: unknown): value is Resource {
  if (!isRecord(value)) return false;
  const { name, kind, columns, rows, samples = [] } = value;
  return (
    typeof name === "string" &&
    typeof kind === "string" &&
    Array.isArray(columns) &&
    columns.every((column) => isRecord(column) && isText(column["name"]) && isText(column["type"])) &&
    (rows === undefined || (isRecord(rows) && typeof rows["count"] === "number")) &&
    Array.isArray(samples)
  );
}

function isText(value: unknown): boolean {
  return typeof value === "string";
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
