import { connectionFields, type ComponentSpec } from "@osiris/core";
import type { InstalledComponent } from "../component.ts";
import { fieldsFor, type Connection } from "../connections.ts";
import { fillParams } from "../fill-params.ts";
import type { OmlStep } from "../oml/oml.ts";
import { referencesIn, type Path } from "../references.ts";
import { brokenConstraints, schemaProblems, type SchemaProblem } from "../schema-check.ts";
import { reportSecrets } from "../secrets/check-secrets.ts";
import { schemaFaults } from "../spec-file.ts";
import type { Span } from "../yaml/source.ts";
import { checkOverrides, lookUp, NO_CONNECTION, splitConnection, type Config } from "./step-connection.ts";
import type { CompileScope } from "./step-draft.ts";

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
  /** Where a value of `merged` is written: in the step, or in its connection. */
  spanOf(path: Path): Span;
}

/** Of a step without a usable component. */
export function noConfiguration(path: Path, { source }: CompileScope): StepConfiguration {
  const spanOf = (inner: Path): Span => source.spanOf([...path, "config", ...inner]);
  return { own: {}, merged: {}, valid: false, holdsSecrets: false, spanOf };
}

/** Fills in a step's config and checks it: spec defaults < connection < step. */
export function configure(
  step: OmlStep,
  path: Path,
  component: InstalledComponent,
  scope: CompileScope,
): StepConfiguration {
  const { spec } = component;
  const root = [...path, "config"];
  const [fault] = schemaFaults(spec);
  if (fault !== undefined) {
    const message = `The spec of ${spec.name} is broken: ${fault.message}`;
    const hint = `Update ${component.package}, or tell its author: osiris components validate shows all.`;
    scope.report.add("step.driver_broken", scope.source.spanOf([...path, "component"]), message, hint);
    return noConfiguration(path, scope);
  }
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
    connection === undefined ? NO_CONNECTION : lookUp(connection, step, own, spec, path, scope);
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
    spanOf: (inner) => place.value(inner),
  };
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
  const { configSchema, renamed = {} } = spec;
  const all = schemaProblems(configSchema, merged, what, { renamed });
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
