import { connectionFields, familyOf, type ComponentSpec, type JsonSchema } from "@osiris/core";
import type { InstalledComponent } from "./component.ts";
import { isRecord } from "./is-record.ts";
import { didYouMean } from "./nearest.ts";
import { forEachText, referencesIn, type Path } from "./references.ts";
import type { Report } from "./report.ts";
import { checkFileSchema } from "./schema-check.ts";
import type { ObjectSchema } from "./schemas/object-schema.ts";
import { reportSecrets } from "./secrets/check-secrets.ts";
import { Source } from "./yaml/source.ts";

export const CONNECTIONS_FILE = "osiris_connections.yaml";

/** `connections.<family>.<alias>`: the fields that components of a family share, and which one is the default. */
export interface Connection {
  readonly family: string;
  readonly alias: string;
  /** As written: `${NAME}` is resolved when a step starts. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly source: Source;
  readonly path: Path;
}

const name = "^[A-Za-z0-9_-]+$";

/** What is known of every connection. Its other fields are its components'. */
export const CONNECTION_SCHEMA: ObjectSchema = {
  type: "object",
  properties: { default: { type: "boolean", description: "Taken by steps that name no connection." } },
};

/** The schema of the file, with schemas for the connections of some families. */
export function connectionsFileSchema(connections: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const aliases = (connection: JsonSchema): JsonSchema => ({
    type: "object",
    propertyNames: { pattern: name },
    additionalProperties: connection,
  });
  const families = Object.entries(connections).map(([family, schema]) => [family, aliases(schema)] as const);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Osiris connections",
    type: "object",
    required: ["connections"],
    additionalProperties: false,
    properties: {
      connections: {
        type: "object",
        description: "By family, the part of a component's name before the dot; then by alias.",
        propertyNames: { pattern: name },
        properties: Object.fromEntries(families),
        additionalProperties: aliases(CONNECTION_SCHEMA),
      },
    },
  };
}

export const CONNECTIONS_SCHEMA: JsonSchema = {
  ...connectionsFileSchema({}),
  $id: "urn:osiris:schema:connections:1",
};

/** A step's `connection`: `@family.alias`. */
export const CONNECTION_REFERENCE: RegExp = /^@(?<family>[A-Za-z0-9_-]+)\.(?<alias>[A-Za-z0-9_-]+)$/;

/** What osiris_connections.yaml defines. */
export class Connections {
  /** The file's name for messages; undefined when there is none. */
  readonly file: string | undefined;
  readonly #families: ReadonlyMap<string, ReadonlyMap<string, Connection>>;

  private constructor(file: string | undefined, connections: readonly Connection[]) {
    this.file = file;
    const families = new Map<string, Map<string, Connection>>();
    for (const connection of connections) {
      const aliases = families.get(connection.family) ?? new Map<string, Connection>();
      families.set(connection.family, aliases.set(connection.alias, connection));
    }
    this.#families = families;
  }

  static none(): Connections {
    return new Connections(undefined, []);
  }

  /** Reads and checks the file. Undefined when it cannot be used at all; that has been reported. */
  static read(
    file: { readonly text: string; readonly file: string },
    installed: ReadonlyMap<string, InstalledComponent>,
    report: Report,
  ): Connections | undefined {
    const source = new Source(file.text, file.file);
    const document = source.read(report);
    if (document === undefined) return undefined;
    const at = { source, what: CONNECTIONS_FILE, code: "file" } as const;
    checkFileSchema(CONNECTIONS_SCHEMA, document.value, at, report);
    const connections = readable(document.value, source, report);
    const specs = [...installed.values()].map(({ spec }) => spec);
    for (const connection of connections) checkConnection(connection, specs, report);
    checkDefaults(connections, report);
    return new Connections(file.file, connections);
  }

  /** Every connection, in the file's order. */
  all(): readonly Connection[] {
    return [...this.#families.values()].flatMap((aliases) => [...aliases.values()]);
  }

  aliases(family: string): readonly string[] {
    return [...(this.#families.get(family)?.keys() ?? [])];
  }

  /**
   * What a component's reference in a manifest means: `@family.alias`, or `@family` for the family's default: the one
   * marked so, or the only one. Where a connection has nothing but a folder to give, only the one marked so: paths must
   * not move because another step got a connection.
   */
  resolve(reference: string, spec: ComponentSpec): Connection | undefined {
    const { family, alias } = referenceParts(reference);
    if (alias !== undefined) return this.#families.get(family)?.get(alias);
    const all = [...(this.#families.get(family)?.values() ?? [])];
    const only = all.length === 1 && !givesOnlyFolder(spec) ? all[0] : undefined;
    return all.find(({ fields }) => fields["default"] === true) ?? only;
  }
}

/** The parts of `@family.alias`. `@family` has no alias: it stands for the family's default. */
export function referenceParts(reference: string): { readonly family: string; readonly alias?: string } {
  const [family = "", alias] = reference.slice(1).split(".");
  return { family, ...(alias === undefined ? {} : { alias }) };
}

/** Whether all that a connection may supply to a component is the folder where its paths start. */
export function givesOnlyFolder(spec: ComponentSpec): boolean {
  return [...connectionFields(spec).keys()].every((field) => `/${field}` === spec.paths?.base);
}

/** The fields of a connection that a component takes. */
export function fieldsFor(spec: ComponentSpec, connection: Connection): Readonly<Record<string, unknown>> {
  const taken = connectionFields(spec);
  return Object.fromEntries(Object.entries(connection.fields).filter(([field]) => taken.has(field)));
}

/** The connections whose basic shape is right. The rest has been reported, and is searched for secrets here. */
function readable(value: unknown, source: Source, report: Report): readonly Connection[] {
  const { connections, ...others } = Object.fromEntries(entriesOf(value));
  reportSecrets(others, { source, path: [] }, report);
  if (!isRecord(connections)) reportSecrets({ connections }, { source, path: [] }, report);
  return entriesOf(connections).flatMap(([family, aliases]) => {
    if (!isRecord(aliases)) reportSecrets({ [family]: aliases }, { source, path: ["connections"] }, report);
    return entriesOf(aliases).flatMap(([alias, fields]) => {
      const path = ["connections", family, alias];
      if (isRecord(fields)) return [{ family, alias, fields, source, path }];
      reportSecrets({ [alias]: fields }, { source, path: ["connections", family] }, report);
      return [];
    });
  });
}

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

function checkConnection(connection: Connection, specs: readonly ComponentSpec[], report: Report): void {
  const { family, alias, fields, source, path } = connection;
  const related = specs.filter((spec) => familyOf(spec.name) === family);
  const known = new Set(["default", ...related.flatMap((spec) => [...connectionFields(spec).keys()])]);
  for (const field of Object.keys(fields)) {
    // Nothing is known of a family that has no component here: another project may use it.
    if (related.length === 0 || known.has(field)) continue;
    const message = `No component of "${family}" takes the field "${field}" from a connection`;
    const span = source.spanOfKey([...path, field]);
    const hint = renamedHint(field, related, known) ?? didYouMean(field, known);
    report.add("connection.unknown_field", span, `@${family}.${alias}: ${message}`, hint);
  }
  forEachText(
    fields,
    (text, at) => {
      for (const reference of referencesIn(text)) {
        if (reference.kind !== "param" && reference.kind !== "unknown") continue;
        const span = source.spanInText(at, reference.start, reference.end - reference.start);
        const message = `${text.slice(reference.start, reference.end)} is no environment variable`;
        const hint = "Write ${NAME}, in capitals. Parameters belong to pipelines.";
        report.add("reference.unknown", span, message, hint);
      }
    },
    path,
  );
  const secrets = related.flatMap((spec) => spec.secrets ?? []);
  reportSecrets(fields, { source, path, secrets }, report);
}

/** For the old name of a field that connections may bring. */
function renamedHint(
  field: string,
  specs: readonly ComponentSpec[],
  known: ReadonlySet<string>,
): string | undefined {
  const names = specs.flatMap(({ renamed = {} }) => (Object.hasOwn(renamed, field) ? [renamed[field]] : []));
  const now = names.find((name) => name !== undefined && known.has(name));
  return now === undefined ? undefined : `It is called "${now}" here.`;
}

function checkDefaults(connections: readonly Connection[], report: Report): void {
  const first = new Map<string, Connection>();
  for (const connection of connections) {
    if (connection.fields["default"] !== true) continue;
    const other = first.get(connection.family);
    if (other === undefined) {
      first.set(connection.family, connection);
      continue;
    }
    const span = connection.source.spanOf([...connection.path, "default"]);
    const message = `"${other.alias}" is the default of "${connection.family}" already`;
    report.add("connection.two_defaults", span, message, "Keep one.");
  }
}
