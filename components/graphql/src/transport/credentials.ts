import { OsirisError, Secret } from "@osiris/core";
import type { GraphqlConnection } from "../config.ts";
import { formsOf } from "./mask.ts";

/** What each request carries, and what must not be shown of it. */
export interface Credentials {
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, Secret>>;
  /** The secret values, in the forms in which a server may send them back. */
  readonly shownAs: readonly string[];
}

/** What a field of HTTP may hold; the platform's own error would show the value. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The headers of a connection: what logs in, and over it those that are written out. */
export function credentialsOf(connection: GraphqlConnection): Credentials {
  const own = Object.entries(connection.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const headers = Object.fromEntries([...loginHeader(connection), ...own]);
  for (const [name, value] of Object.entries(headers)) assertFieldValue(name, value);
  const secrets = [connection.auth_token, connection.auth_username, ...Object.values(headers)];
  const values = secrets.flatMap((secret) => (secret === undefined ? [] : withoutScheme(secret.reveal())));
  return { headers, shownAs: values.flatMap(formsOf) };
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

/** `Bearer abc` is a secret as a whole, and `abc` is one. */
function withoutScheme(value: string): readonly string[] {
  const token = /^(?:Bearer|Basic|Token|token)\s+(.+)$/i.exec(value)?.[1];
  return token === undefined ? [value] : [value, token];
}

function needed(secret: Secret | undefined, field: string): Secret {
  if (secret !== undefined) return secret;
  throw badLogin(`${field} is missing`);
}

function assertFieldValue(name: string, value: Secret): void {
  if (FIELD_VALUE.test(value.reveal())) return;
  throw badLogin(
    `The value of the header ${name} has a character that HTTP cannot send, such as a line break`,
  );
}

function badLogin(message: string): OsirisError {
  return new OsirisError({
    code: "graphql.bad_credentials",
    category: "usage",
    message,
    hint: "Look at the connection, and at the environment variables that it names.",
  });
}
