import { performance } from "node:perf_hooks";
import type { Connection } from "@osiris/compiler";
import { Semaphore, toOsirisError, type CheckResult, type CheckWarning } from "@osiris/core";
import { fillEnvironment } from "../config/late-values.ts";
import type { Surroundings } from "../config/surroundings.ts";
import type { Catalog } from "../discovery/catalog.ts";
import type { DiscoveredComponent } from "../discovery/driver-package.ts";
import { Redactor } from "../run/redactor.ts";
import { askDriver, connectionError, defect, type ConnectionError } from "./ask-driver.ts";
import { askableDrivers, componentsTaking, type LoadedComponent } from "./askable-drivers.ts";
import { connectionConfig, referenceTo } from "./connection-config.ts";

const CHECK_TIMEOUT_MS = 2000;
/** At once: servers are asked, and each answers in its own time. */
const CONCURRENT_CHECKS = 8;

/** What came of checking a connection. */
export interface ConnectionCheck {
  /** `@family.alias` */
  readonly connection: string;
  /** `unchecked`: nothing is wrong with it as far as can be seen, and nobody can look further. */
  readonly status: "ok" | "warning" | "failed" | "unchecked";
  readonly duration_ms: number;
  /** Why it is unchecked. */
  readonly reason?: string;
  readonly checks: readonly DriverCheck[];
}

/** What one driver says of a connection. */
export interface DriverCheck {
  /** Absent where no component of the family is installed. */
  readonly component?: string;
  readonly status: "ok" | "warning" | "failed";
  readonly details?: string;
  readonly warnings: readonly CheckWarning[];
  readonly error?: ConnectionError;
}

export interface CheckOptions {
  /** For one driver's answer. @default 2000 */
  readonly timeoutMs?: number;
  /** Is told the connections' secrets before a driver gets them: for what drivers say elsewhere. @default its own */
  readonly redactor?: Redactor;
}

/** Asks the drivers about connections, several at once. Never rejects for what is wrong with one. */
export async function checkConnections(
  connections: readonly Connection[],
  catalog: Catalog,
  surroundings: Surroundings,
  { timeoutMs = CHECK_TIMEOUT_MS, redactor = new Redactor() }: CheckOptions = {},
): Promise<readonly ConnectionCheck[]> {
  const slots = new Semaphore(CONCURRENT_CHECKS);
  const check = (connection: Connection): Promise<ConnectionCheck> =>
    slots.run(() => checkConnection(connection, { catalog, surroundings, timeoutMs, redactor }));
  return Promise.all(connections.map(check));
}

interface Scope {
  readonly catalog: Catalog;
  readonly surroundings: Surroundings;
  readonly timeoutMs: number;
  readonly redactor: Redactor;
}

async function checkConnection(connection: Connection, scope: Scope): Promise<ConnectionCheck> {
  const started = performance.now();
  const components = componentsTaking(connection.family, scope.catalog);
  const checks: DriverCheck[] = [];
  for (const loaded of await askableDrivers(components, "check"))
    checks.push(await askAbout(connection, loaded, scope));
  // Nobody looks further, but what is missing in the environment is known all the same.
  if (checks.length === 0) checks.push(...withoutDriver(connection, components, scope));
  const reason =
    components.length === 0
      ? `it cannot be checked: no component of the family "${connection.family}" is installed`
      : "it cannot be checked: no installed driver of this family has a check";
  return {
    connection: referenceTo(connection),
    status: worst(checks),
    duration_ms: Math.round(performance.now() - started),
    ...(checks.length === 0 ? { reason } : {}),
    checks,
  };
}

function worst(checks: readonly DriverCheck[]): ConnectionCheck["status"] {
  const has = (status: DriverCheck["status"]): boolean => checks.some((check) => check.status === status);
  if (checks.length === 0) return "unchecked";
  return has("failed") ? "failed" : has("warning") ? "warning" : "ok";
}

async function askAbout(
  connection: Connection,
  loaded: LoadedComponent,
  { surroundings, timeoutMs, redactor }: Scope,
): Promise<DriverCheck> {
  const { component } = loaded;
  try {
    const { config, secrets } = connectionConfig(connection, component.spec, surroundings);
    redactor.add(secrets);
    if ("error" in loaded) throw loaded.error;
    const { driver } = loaded;
    const answer: unknown = await askDriver({ component, method: "check", timeoutMs }, (signal) =>
      driver.check?.({ connection: config, signal }),
    );
    if (isCheckResult(answer)) return redactor.value(passed(component.spec.name, answer));
    throw defect(component, "its check() must resolve with { details, warnings }, and did not");
  } catch (error) {
    const known = toOsirisError(error, `Checking ${referenceTo(connection)}`);
    return failed(component, connectionError(known, redactor));
  }
}

function isCheckResult(answer: unknown): answer is CheckResult {
  if (typeof answer !== "object" || answer === null) return false;
  const { details, warnings = [] } = answer as { details?: unknown; warnings?: unknown };
  if (details !== undefined && typeof details !== "string") return false;
  return Array.isArray(warnings) && warnings.every(isWarning);
}

function isWarning(value: unknown): value is CheckWarning {
  const warning = value as Partial<Record<keyof CheckWarning, unknown>> | null;
  const { message, hint } = warning ?? {};
  return typeof message === "string" && (hint === undefined || typeof hint === "string");
}

/** Only what the contract names: whatever else is in the answer is nobody's business. */
function passed(component: string, { details, warnings = [] }: CheckResult): DriverCheck {
  return {
    component,
    status: warnings.length > 0 ? "warning" : "ok",
    ...(details === undefined ? {} : { details }),
    warnings: warnings.map(({ message, hint }) => ({ message, ...(hint === undefined ? {} : { hint }) })),
  };
}

function failed(component: DiscoveredComponent | undefined, error: ConnectionError): DriverCheck {
  const who = component === undefined ? {} : { component: component.spec.name };
  return { ...who, status: "failed", warnings: [], error };
}

/** What is wrong with a connection whose drivers have no check. */
function withoutDriver(
  connection: Connection,
  components: readonly DiscoveredComponent[],
  { surroundings, redactor }: Scope,
): readonly DriverCheck[] {
  const [first] = components;
  try {
    if (first === undefined) {
      const who = `The connection ${referenceTo(connection)}`;
      fillEnvironment(connection.fields, surroundings.environment, who);
    } else {
      connectionConfig(connection, first.spec, surroundings);
    }
    return [];
  } catch (error) {
    const known = toOsirisError(error, `Checking ${referenceTo(connection)}`);
    return [failed(first, connectionError(known, redactor))];
  }
}
