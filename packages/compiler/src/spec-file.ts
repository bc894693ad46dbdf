import { COMPONENT_SPEC_SCHEMA, connectionFields, type ComponentSpec, type JsonSchema } from "@osiris/core";
import { CONNECTION_REFERENCE } from "./connections.ts";
import { placeholders } from "./explain/summary.ts";
import { didYouMean } from "./nearest.ts";
import type { Path } from "./references.ts";
import { Report } from "./report.ts";
import {
  assertSchema,
  brokenConstraints,
  checkFileSchema,
  pointerToPath,
  schemaProblems,
  spanOfProblem,
} from "./schema-check.ts";
import { reportSecrets } from "./secrets/check-secrets.ts";
import { isHeaderMap, isSecretName } from "./secrets/secret-names.ts";
import { Source, type Span } from "./yaml/source.ts";

/** A spec.yaml that has been read. With errors in its report it cannot be used. See {@link reviewSpec} for the rest. */
export interface SpecFile {
  /** Undefined when the file has not the shape of a spec. */
  readonly spec: ComponentSpec | undefined;
  readonly source: Source;
  /** All that is wrong with it. Who knows more, such as whether there is a driver, adds to it. */
  readonly report: Report;
}

/**
 * Reads a spec.yaml and checks what its users rely on: its shape, and that pointers and templates lead to config fields.
 * Every command does so for every installed component.
 */
export function readSpec(text: string, file: string): SpecFile {
  const report = new Report();
  const source = new Source(text, file);
  const document = source.read(report);
  if (document !== undefined) {
    const at = { source, what: "The spec", code: "file" } as const;
    checkFileSchema(COMPONENT_SPEC_SCHEMA, document.value, at, report);
  }
  if (document === undefined || report.hasErrors) return { spec: undefined, source, report };
  const spec = document.value as ComponentSpec;
  checkPointers(spec, source, report);
  return { spec, source, report };
}

/**
 * Adds to the report what takes longer to find and hurts only who uses it: that its schemas are schemas, that its examples
 * hold, which secrets are not declared.
 */
export function reviewSpec({ spec, source, report }: SpecFile): void {
  if (spec === undefined) return;
  if (checkSchemas(spec, source, report)) checkExamples(spec, source, report);
  warnOfSecrets(spec, source, report);
}

/** What a spec calls a JSON Schema and is none. */
export interface SchemaFault {
  /** Where it stands in the spec. */
  readonly path: Path;
  readonly message: string;
}

/** The faults of all schemas of a spec. */
export function schemaFaults(spec: ComponentSpec): readonly SchemaFault[] {
  const schemas: [JsonSchema, Path][] = [[spec.configSchema, ["configSchema"]]];
  (spec.constraints ?? []).forEach(({ when, must }, index) => {
    if (when !== undefined) schemas.push([when, ["constraints", index, "when"]]);
    schemas.push([must, ["constraints", index, "must"]]);
  });
  return schemas.flatMap(([schema, path]) => {
    try {
      assertSchema(schema);
      return [];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return [{ path, message: `${path.join(".")} is no JSON Schema: ${why}` }];
    }
  });
}

interface Named {
  readonly path: Path;
  readonly field: string;
  /** What follows in a deeper pointer. */
  readonly rest: Path;
}

/** Every place of a spec that names a config field. */
function namedFields(spec: ComponentSpec): readonly Named[] {
  const pointers = (list: readonly string[] | undefined, path: Path): readonly Named[] =>
    (list ?? []).map((pointer, index) => {
      const [field, ...rest] = pointerToPath(pointer);
      return { path: [...path, index], field: String(field), rest };
    });
  const required = spec.configSchema.required ?? [];
  return [
    ...pointers(spec.paths?.read, ["paths", "read"]),
    ...pointers(spec.paths?.write, ["paths", "write"]),
    ...(spec.paths?.base === undefined
      ? []
      : [{ path: ["paths", "base"], field: spec.paths.base.slice(1), rest: [] }]),
    ...pointers(spec.hosts, ["hosts"]),
    ...pointers(spec.secrets, ["secrets"]),
    ...(spec.sql === undefined ? [] : [{ path: ["sql"], field: spec.sql.slice(1), rest: [] }]),
    ...(spec["x-connection-fields"] ?? []).map((field, index) => ({
      path: ["x-connection-fields", index],
      field: typeof field === "string" ? field : field.name,
      rest: [],
    })),
    ...Object.entries(spec.renamed ?? {}).map(([old, field]) => ({
      path: ["renamed", old],
      field,
      rest: [],
    })),
    ...required.map((field, index) => ({ path: ["configSchema", "required", index], field, rest: [] })),
    ...placeholders(spec.summary ?? "").map((field) => ({ path: ["summary"], field, rest: [] })),
  ];
}

function checkPointers(spec: ComponentSpec, source: Source, report: Report): void {
  const { properties } = spec.configSchema;
  for (const old of Object.keys(spec.renamed ?? {})) {
    if (!Object.hasOwn(properties, old)) continue;
    const message = `"${old}" is a property of configSchema, and so no old name of one`;
    report.add("spec.bad_pointer", source.spanOfKey(["renamed", old]), message, "Remove one of the two.");
  }
  for (const { path, field, rest } of namedFields(spec)) {
    if (leadsSomewhere({ properties }, [field, ...rest])) continue;
    const message = `"${[field, ...rest].join("/")}" is not a property of configSchema`;
    report.add("spec.bad_pointer", source.spanOf(path), message, didYouMean(field, Object.keys(properties)));
  }
  const secret = new Set((spec.secrets ?? []).map((pointer) => String(pointerToPath(pointer)[0])));
  for (const field of placeholders(spec.summary ?? "")) {
    if (!secret.has(field)) continue;
    const message = `The summary shows "${field}", which is a secret`;
    report.add("spec.bad_pointer", source.spanOf(["summary"]), message, "Leave it out.");
  }
}

/** Below a map of any names, or something that is not described further, every name may exist. */
function leadsSomewhere(schema: JsonSchema, path: Path): boolean {
  const [field, ...rest] = path;
  if (field === undefined) return true;
  const properties = schema["properties"] as Readonly<Record<string, JsonSchema>> | undefined;
  if (properties === undefined) return true;
  if (!Object.hasOwn(properties, String(field))) return false;
  return leadsSomewhere(properties[String(field)] ?? {}, rest);
}

function checkSchemas(spec: ComponentSpec, source: Source, report: Report): boolean {
  const faults = schemaFaults(spec);
  for (const { path, message } of faults) report.add("spec.bad_schema", source.spanOfKey(path), message);
  return faults.length === 0;
}

function checkExamples(spec: ComponentSpec, source: Source, report: Report): void {
  spec.examples.forEach(({ title, config: example }, index) => {
    const path = ["examples", index, "config"];
    const bad = (why: string, span: Span = source.spanOf(path), hint?: string): void =>
      report.add("spec.bad_example", span, `Example "${title}": ${why}`, hint);
    const { connection, ...config } = structuredClone(example) as Record<string, unknown>;
    const { secrets = [], configSchema: schema } = spec;
    reportSecrets(config, { source, path, secrets, schema, sqlField: spec.sql?.slice(1) }, report);
    const fields = connectionFields(spec);
    const isReference = typeof connection === "string" && CONNECTION_REFERENCE.test(connection);
    if (connection !== undefined && !isReference) {
      bad("connection is not of the form @family.alias");
    }
    if (connection !== undefined && fields.size === 0) bad("the component takes no connection");
    const problems = schemaProblems(spec.configSchema, config, "its config").filter(
      ({ kind, key }) => !(connection !== undefined && kind === "missing_key" && fields.has(key ?? "")),
    );
    for (const problem of problems) bad(problem.message, spanOfProblem(problem, path, source), problem.hint);
    if (problems.length > 0) return;
    for (const error of brokenConstraints(spec, config)) bad(error);
  });
}

function warnOfSecrets(spec: ComponentSpec, source: Source, report: Report): void {
  const declared = new Set((spec.secrets ?? []).map((pointer) => String(pointerToPath(pointer)[0])));
  for (const [field, schema] of Object.entries(spec.configSchema.properties)) {
    const restricted = ["enum", "const", "pattern"].some((key) => key in schema);
    const isText = schema["type"] === "string" && isSecretName(field) && !restricted;
    const isHeaders = schema["type"] === "object" && isHeaderMap(field);
    if (declared.has(field) || !(isText || isHeaders)) continue;
    const span = source.spanOfKey(["configSchema", "properties", field]);
    const message = `"${field}" has the name of a secret and is not listed under secrets`;
    report.add("spec.undeclared_secret", span, message, `Add "/${field}" to secrets.`);
  }
}
