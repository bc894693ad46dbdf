import { connectionFields, familyOf, type ComponentSpec, type JsonValue } from "@osiris/core";
import type { InstalledComponent } from "../component.ts";
import { CONNECTION_REFERENCE, CONNECTIONS_FILE, fieldsFor, type Connection } from "../connections.ts";
import { didYouMean } from "../nearest.ts";
import type { OmlStep } from "../oml/oml.ts";
import { fillParams } from "../params.ts";
import { referencesIn, type Path } from "../references.ts";
import { brokenConstraints, schemaProblems, type SchemaProblem } from "../schema-check.ts";
import { reportSecrets } from "../secrets/check-secrets.ts";
import type { Span } from "../yaml/source.ts";
import type { CompileScope } from "./step-draft.ts";

type Config = Readonly<Record<string, JsonValue>>;

/** What a step is told, and where it gets the rest from. */
export interface StepConfiguration {
  /** As the manifest keeps it: parameters filled in, and the defaults that no connection may have a say in. */
  readonly own: Config;
  /** As the driver will get it, with defaults and the connection's fields; the environment is not filled in. */
  readonly merged: Config;
  /** `@family.alias`, or `@family` for the default of the family. */
  readonly connection?: string;
  /** Whether `merged` is all right as far as it is known. */
  readonly valid: boolean;
  /** Whether a secret is written out in it: what others say of it could repeat a part. */
  readonly holdsSecrets: boolean;
}

export const NO_CONFIG: StepConfiguration = { own: {}, merged: {}, valid: false, holdsSecrets: false };

/** Fills in a step's config and checks it: spec defaults < connection < step. */
export function configure(
  step: OmlStep,
  path: Path,
  component: InstalledComponent,
  scope: CompileScope,
): StepConfiguration {
  const { spec } = component;
  const root = [...path, "config"];
  const filled = fillParams(step.config ?? {}, scope.params, scope.source, root, scope.report) as Config;
  const { own, connection } = splitConnection(filled, spec, root, scope);
  const holdsSecrets = reportSecrets(
    filled,
    {
      source: scope.source,
      path: root,
      secrets: spec.secrets ?? [],
      schema: spec.configSchema,
      sqlField: spec.sql?.slice(1),
    },
    scope.report,
  );
  refuseEnvironmentInSql(own, spec, root, scope);
  const source = connection === undefined ? undefined : lookUp(connection, step, path, scope);
  if (connection !== undefined) checkOverrides(own, step, spec, root, scope);
  const merged = { ...(source ? fieldsFor(spec, source) : {}), ...structuredClone(own) } as Config;
  const place = locator(own, root, source, scope);
  const valid =
    checkValues(merged, step, spec, place, connection !== undefined && source === undefined, scope) &&
    checkConstraints(merged, step, spec, root, scope);
  return {
    own: withoutConnection(merged, own, connection === undefined ? undefined : spec),
    merged,
    ...(connection === undefined ? {} : { connection }),
    valid: valid && !holdsSecrets && (connection === undefined || source !== undefined),
    holdsSecrets,
  };
}

/** Takes `connection` out of the config. Without one, a step that lacks a field wants its family's default. */
function splitConnection(
  config: Config,
  spec: ComponentSpec,
  root: Path,
  { source, report }: CompileScope,
): { readonly own: Config; readonly connection?: string } {
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
  if (reference === undefined) {
    const lacks = (spec.configSchema.required ?? []).some(
      (field) => fields.has(field) && !Object.hasOwn(own, field),
    );
    return lacks ? { own, connection: `@${familyOf(spec.name)}` } : { own };
  }
  const span = source.spanOf([...root, "connection"]);
  const family = familyOf(spec.name);
  const parts = typeof reference === "string" ? CONNECTION_REFERENCE.exec(reference)?.groups : undefined;
  if (typeof reference !== "string" || parts === undefined) {
    const message = "A connection is named @family.alias";
    report.add("connection.bad_reference", span, message, `Write it like "@${family}.main", in quotes.`);
    return { own };
  }
  if (parts["family"] !== family) {
    const message = `${spec.name} takes connections of the family "${family}", not of "${parts["family"]}"`;
    report.add("connection.wrong_family", span, message);
  }
  return { own, connection: reference };
}

function without(config: Config, field: string): Config {
  return Object.fromEntries(Object.entries(config).filter(([key]) => key !== field));
}

function lookUp(
  reference: string,
  step: OmlStep,
  path: Path,
  { connections, source, report }: CompileScope,
): Connection | undefined {
  const known = connections();
  if (known === undefined) return undefined;
  const [family = "", alias] = reference.slice(1).split(".");
  const found = alias === undefined ? known.default(family) : known.find(family, alias);
  if (found !== undefined) return found;
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
  return undefined;
}

function checkOverrides(
  own: Config,
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
    } else if (policy === "warning") {
      const message = `Step "${step.id}" sets "${field}" over the connection's value`;
      report.add("connection.override_warning", span(), message);
    }
  }
}

/** Where a value of the merged config is written: in the step, or in its connection. */
interface Locator {
  value(path: Path): Span;
  key(path: Path): Span;
}

function locator(own: Config, root: Path, connection: Connection | undefined, scope: CompileScope): Locator {
  const at = (path: Path): { readonly source: CompileScope["source"]; readonly path: Path } => {
    const [field] = path;
    const foreign = connection !== undefined && field !== undefined && !Object.hasOwn(own, field);
    return foreign
      ? { source: connection.source, path: [...connection.path, ...path] }
      : { source: scope.source, path: [...root, ...path] };
  };
  return {
    value: (path) => at(path).source.spanOf(at(path).path),
    key: (path) => at(path).source.spanOfKey(at(path).path),
  };
}

function checkValues(
  merged: Config,
  step: OmlStep,
  spec: ComponentSpec,
  place: Locator,
  connectionIsMissing: boolean,
  { report }: CompileScope,
): boolean {
  const what = `The config of step "${step.id}" (${spec.name})`;
  const fields = connectionFields(spec);
  // The connection that would have brought the field could not be found, which has been reported.
  const expected = (problem: SchemaProblem): boolean =>
    connectionIsMissing && problem.kind === "missing_key" && fields.has(problem.key ?? "");
  const all = schemaProblems(spec.configSchema, merged, what, { references: true });
  const problems = all.filter((problem) => !expected(problem));
  for (const { kind, path, key, message, hint } of problems) {
    const span = kind === "unknown_key" ? place.key([...path, key ?? ""]) : place.value(path);
    report.add(`config.${kind}`, span, message, hint);
  }
  return problems.length === 0;
}

function checkConstraints(
  merged: Config,
  step: OmlStep,
  spec: ComponentSpec,
  root: Path,
  { source, report }: CompileScope,
): boolean {
  const broken = brokenConstraints(spec, merged);
  for (const error of broken) {
    report.add("config.constraint", source.spanOfKey(root), `Step "${step.id}" (${spec.name}): ${error}`);
  }
  return broken.length === 0;
}

function refuseEnvironmentInSql(
  own: Config,
  spec: ComponentSpec,
  root: Path,
  { source, report }: CompileScope,
): void {
  const field = spec.sql?.slice(1);
  const sql = field === undefined ? undefined : own[field];
  if (field === undefined || typeof sql !== "string") return;
  for (const reference of referencesIn(sql)) {
    if (reference.kind !== "env") continue;
    const message = `\${${reference.name}} cannot stand in SQL: what it becomes could not be checked`;
    const hint = "Declare a parameter and write ${params.<name>}.";
    report.add("reference.not_here", source.spanOf([...root, field]), message, hint);
  }
}

/** What the step decides itself, and the defaults of fields that no connection may set. */
function withoutConnection(merged: Config, own: Config, spec: ComponentSpec | undefined): Config {
  if (spec === undefined) return merged;
  const fields = connectionFields(spec);
  return Object.fromEntries(
    Object.entries(merged).filter(([field]) => Object.hasOwn(own, field) || !fields.has(field)),
  );
}
