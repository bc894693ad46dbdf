import { connectionFields, familyOf, type ComponentSpec, type JsonValue } from "@osiris/core";
import type { InstalledComponent } from "../component.ts";
import {
  CONNECTION_REFERENCE,
  CONNECTIONS_FILE,
  fieldsFor,
  referenceParts,
  type Connection,
} from "../connections.ts";
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
  const { own, connection, misnamed = false } = splitConnection(filled, spec, root, scope);
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
  refuseEnvironmentInSql(step, spec, root, scope);
  const { source, isMissing } =
    connection === undefined ? NOTHING : lookUp(connection, step, own, spec, path, scope);
  if (source !== undefined) checkOverrides(own, source, step, spec, root, scope);
  const merged = { ...(source ? fieldsFor(spec, source) : {}), ...structuredClone(own) } as Config;
  const place = locator(own, root, source, scope);
  const valid =
    checkValues(merged, step, spec, place, misnamed || isMissing, scope) &&
    checkConstraints(merged, step, spec, root, scope);
  return {
    own: withoutConnection(merged, own, connection === undefined ? undefined : spec),
    merged,
    ...(connection === undefined ? {} : { connection }),
    valid: valid && !holdsSecrets && !misnamed && !isMissing,
    holdsSecrets,
  };
}

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
function splitConnection(
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

const NOTHING: LookedUp = { isMissing: false };

function lookUp(
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
  const found = known.resolve(reference);
  if (found !== undefined) return { source: found, isMissing: false };
  // A default is taken where there is one, and missed only where something is missing.
  if (alias === undefined && !lacks) return NOTHING;
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

function checkOverrides(
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
  const all = schemaProblems(spec.configSchema, merged, what);
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
  step: OmlStep,
  spec: ComponentSpec,
  root: Path,
  { source, report }: CompileScope,
): void {
  const field = spec.sql?.slice(1);
  const sql = field === undefined ? undefined : step.config?.[field];
  if (field === undefined || typeof sql !== "string") return;
  for (const { kind, start, end } of referencesIn(sql)) {
    if (kind !== "env") continue;
    const span = source.spanInText([...root, field], start, end - start);
    const message = `${sql.slice(start, end)} cannot stand in SQL: what it becomes could not be checked`;
    report.add("reference.not_here", span, message, "Declare a parameter and write ${params.<name>}.");
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
