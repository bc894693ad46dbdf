import {
  CONNECTION_REFERENCE,
  CONNECTIONS_FILE,
  didYouMean,
  type Connection,
  type Connections,
} from "@osiris/compiler";
import { OsirisError } from "@osiris/core";
import { readAllConnections, referenceTo } from "@osiris/runtime";
import { usage } from "./usage-error.ts";
import type { Project } from "./project.ts";

export function projectConnections({ catalog, surroundings }: Project): Connections {
  return readAllConnections(catalog, surroundings);
}

/**
 * The connection that a user names on the command line.
 * @throws OsirisError `connection.unknown`
 */
export function findConnection(reference: string, connections: Connections): Connection {
  if (!CONNECTION_REFERENCE.test(reference)) {
    throw usage(`"${reference}" names no connection`, "Write @family.alias, such as @mysql.main.");
  }
  const all = connections.all();
  const found = all.find((connection) => referenceTo(connection) === reference);
  if (found !== undefined) return found;
  throw new OsirisError({
    code: "connection.unknown",
    category: "usage",
    message: `There is no connection ${reference}${connections.file === undefined ? `: no ${CONNECTIONS_FILE} here or above` : ""}`,
    hint:
      connections.file === undefined
        ? `Write ${CONNECTIONS_FILE}; "osiris schema connections" describes it.`
        : didYouMean(reference, all.map(referenceTo)),
  });
}

/** What commands say that have nothing to show. */
export function noConnections({ file }: Connections): string {
  return file === undefined
    ? `No connections: there is no ${CONNECTIONS_FILE} here or above.`
    : `No connections in ${file}.`;
}
