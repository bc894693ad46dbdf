import { OsirisError, Secret } from "@osiris/core";
import type { GraphqlConnection } from "../config.ts";

/** Header values by name, in lower case. */
export type SecretHeaders = Readonly<Record<string, Secret>>;

/** The headers of a connection: what logs in, and over it those that are written out. */
export function credentialHeaders(connection: GraphqlConnection): SecretHeaders {
  const own = Object.entries(connection.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries([...loginHeader(connection), ...own]);
}

function loginHeader(connection: GraphqlConnection): readonly (readonly [string, Secret])[] {
  const { auth_type: type, auth_header_name: name } = connection;
  if (type === "none") return [];
  const token = needed(connection.auth_token, "auth_token").reveal();
  if (type === "bearer") return [["authorization", new Secret(`Bearer ${token}`)]];
  if (type === "api_key") return [[name.toLowerCase(), new Secret(token)]];
  const user = needed(connection.auth_username, "auth_username").reveal();
  if (user.includes(":"))
    throw badLogin("auth_username holds a colon, which basic authentication cannot send");
  return [["authorization", new Secret(`Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`)]];
}

function needed(secret: Secret | undefined, field: string): Secret {
  if (secret !== undefined) return secret;
  throw badLogin(`${field} is missing`);
}

function badLogin(message: string): OsirisError {
  return new OsirisError({
    code: "graphql.bad_credentials",
    category: "usage",
    message,
    hint: "Look at the connection, and at the environment variables that it names.",
  });
}
