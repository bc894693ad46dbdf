import { connectionFields, familyOf, type ComponentSpec, type JsonValue } from "@osiris/core";
import { CONNECTION_REFERENCE, CONNECTIONS_FILE, referenceParts, type Connection } from "../connections.ts";
import { didYouMean } from "../nearest.ts";
import type { OmlStep } from "../oml/oml.ts";
import type { Path } from "../references.ts";
import type { Span } from "../yaml/source.ts";
import type { CompileScope } from "./step-draft.ts";

export type Config = Readonly<Record<string, JsonValue>>;

/** A config without `connection`, and what that names. */
interface SplitConfig {
  readonly own: Config;
  readonly connection?: string;
  /** The connection that it names cannot be meant; that has been reported. */
  readonly misnamed?: true;
}

/**
 * Takes `connection` out of the config. A step that names none gets its family's default, unless it sets a field that
 * only a connection may set: then it stands for itself.
 */
export function splitConnection(
  config: Config,
  spec: ComponentSpec,
  root: Path,
  { source, report }: CompileScope,
): SplitConfig {
  const fields = connectionFields(spec);
  if (fields.size === 0) {
    if (!Object.hasOwn(config, "connection") || Object.hasOwn(spec.configSchema.properties, "connection")) {
      return { own: config };
    }
    const span = source.spanOfKey([...root, "connection"]);
    report.add("connection.not_taken", span, `${spec.name} takes no connection`, "Remove it.");
    return { own: without(config, "connection") };
  }
  const own = without(config, "connection");
  const reference = config["connection"];
  const family = familyOf(spec.name);
  if (reference === undefined) {
    const standsAlone = Object.keys(own).some((field) => fields.get(field) === "forbidden");
    return standsAlone ? { own } : { own, connection: `@${family}` };
  }
  const span = source.spanOf([...root, "connection"]);
  const parts = typeof reference === "string" ? CONNECTION_REFERENCE.exec(reference)?.groups : undefined;
  if (typeof reference !== "string" || parts === undefined) {
    const hint = `Write it like "@${family}.main", in quotes. Parameters can stand in it, the environment cannot.`;
    report.add("connection.bad_reference", span, "A connection is named @family.alias", hint);
    return { own, misnamed: true };
  }
  if (parts["family"] !== family) {
    const message = `${spec.name} takes connections of the family "${family}", not of "${parts["family"]}"`;
    report.add("connection.wrong_family", span, message, `Write it like "@${family}.main".`);
    return { own, misnamed: true };
  }
  return { own, connection: reference };
}

function without(config: Config, field: string): Config {
  return Object.fromEntries(Object.entries(config).filter(([key]) => key !== field));
}

interface LookedUp {
  readonly source?: Connection;
  /** The step cannot do without it; that has been reported. */
  readonly isMissing: boolean;
}

export const NO_CONNECTION: LookedUp = { isMissing: false };

/** The connection that a step names, or its default. What is missing is reported. */
export function lookUp(
  reference: string,
  step: OmlStep,
  own: Config,
  spec: ComponentSpec,
  path: Path,
  { connections, source, report }: CompileScope,
): LookedUp {
  const { family, alias } = referenceParts(reference);
  const fields = connectionFields(spec);
  const lacks = (spec.configSchema.required ?? []).some(
    (field) => fields.has(field) && !Object.hasOwn(own, field),
  );
  const known = connections();
  if (known === undefined) return { isMissing: alias !== undefined || lacks };
  const found = known.resolve(reference, spec);
  if (found !== undefined) return { source: found, isMissing: false };
  // A default is taken where there is one, and missed only where something is missing.
  if (alias === undefined && !lacks) return NO_CONNECTION;
  const names = known.aliases(family).map((name) => `@${family}.${name}`);
  const noFile = `There is no ${CONNECTIONS_FILE} here or in a folder above.`;
  if (alias === undefined) {
    const message = `Step "${step.id}" needs a connection of the family "${family}", and none is the default`;
    const choose = names.length === 0 ? "Define one." : `Name one with connection: ${names.join(" or ")}.`;
    report.add(
      "connection.no_default",
      source.spanOf([...path, "id"]),
      message,
      known.file ? choose : noFile,
    );
  } else {
    const span = source.spanOf([...path, "config", "connection"]);
    const hint = known.file ? didYouMean(reference, names) : noFile;
    report.add("connection.unknown", span, `No connection "${reference}" is defined`, hint);
  }
  return { isMissing: true };
}

/** A step may set some of its connection's fields, and not others. */
export function checkOverrides(
  own: Config,
  connection: Connection,
  step: OmlStep,
  spec: ComponentSpec,
  root: Path,
  { source, report }: CompileScope,
): void {
  const fields = connectionFields(spec);
  for (const field of Object.keys(own)) {
    const policy = fields.get(field);
    const span = (): Span => source.spanOfKey([...root, field]);
    if (policy === "forbidden") {
      const message = `Step "${step.id}" cannot set "${field}": it is the connection's`;
      report.add("connection.override_forbidden", span(), message, "Remove it, or use another connection.");
    } else if (policy === "warning" && Object.hasOwn(connection.fields, field)) {
      const message = `Step "${step.id}" sets "${field}" over the connection's value`;
      report.add("connection.override_warning", span(), message);
    }
  }
}
