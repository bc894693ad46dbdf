import {
  findSecrets,
  forEachText,
  KnownSecrets,
  mapTexts,
  referencesIn,
  type Connection,
  type Connections,
} from "@osiris/compiler";
import type { Surroundings } from "../config/surroundings.ts";
import type { Catalog } from "../discovery/catalog.ts";
import { componentsTaking } from "./askable-drivers.ts";
import { referenceTo } from "./connection-config.ts";

/** A connection as users may see it. */
export interface ListedConnection {
  /** `@family.alias` */
  readonly connection: string;
  readonly family: string;
  readonly alias: string;
  /** Whether steps that name no connection take it. */
  readonly default: boolean;
  /** Where it is defined. */
  readonly file: string;
  readonly line: number;
  /** As written: the environment is named, and never filled in. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The environment variables that it names. */
  readonly variables: readonly { readonly name: string; readonly set: boolean; readonly fallback: boolean }[];
  /** The installed components that take it. */
  readonly components: readonly string[];
}

/** Every connection, in the order of the file, without a secret. */
export function listConnections(
  connections: Connections,
  catalog: Catalog,
  surroundings: Surroundings,
): readonly ListedConnection[] {
  return connections.all().map((connection) => {
    const { family, alias, source, path } = connection;
    const components = componentsTaking(family, catalog).map(({ spec }) => spec);
    const isDefault = components.some((spec) => connections.resolve(`@${family}`, spec) === connection);
    const { file, line } = source.placeOf(source.spanOfKey(path));
    return {
      connection: referenceTo(connection),
      family,
      alias,
      default: isDefault || connection.fields["default"] === true,
      file,
      line,
      fields: shownFields(
        connection,
        components.flatMap(({ secrets = [] }) => secrets),
      ),
      variables: variablesOf(connection, surroundings),
      components: components.map(({ name }) => name),
    };
  });
}

/** A file with secrets written out is refused before; what was missed there must not be seen here either. */
function shownFields({ fields }: Connection, secrets: readonly string[]): Readonly<Record<string, unknown>> {
  const { default: _, ...own } = fields;
  const known = new KnownSecrets();
  for (const { secret } of findSecrets(own, { secrets })) known.add(secret);
  return mapTexts(own, (text) => known.mask(text)) as Readonly<Record<string, unknown>>;
}

function variablesOf({ fields }: Connection, { environment }: Surroundings): ListedConnection["variables"] {
  const variables = new Map<string, ListedConnection["variables"][number]>();
  forEachText(fields, (text) => {
    for (const reference of referencesIn(text)) {
      if (reference.kind !== "env") continue;
      const { name } = reference;
      const fallback = reference.fallback !== undefined && variables.get(name)?.fallback !== false;
      variables.set(name, { name, set: environment[name] !== undefined, fallback });
    }
  });
  return [...variables.values()];
}
