import type { JsonSchema } from "@osiris/core";
import type { FindingCode } from "../finding-codes.ts";
import type { Path } from "../references.ts";
import type { Report } from "../report.ts";
import type { Source, Span } from "../yaml/source.ts";
import { declaredSecrets } from "./declared-secrets.ts";
import { isHarmlessHeader, isHeaderMap, isSecretName } from "./secret-names.ts";
import { isLiteralSecret, secretsInText } from "./secret-texts.ts";

export interface SecretPlaces {
  readonly source: Source;
  /** Where the value stands in the source. */
  readonly path: Path;
  /** JSON Pointers, from the value, of what is secret by declaration. @default none */
  readonly secrets?: readonly string[];
  /** The value's schema: names that it restricts to a few values are no secrets. @default none */
  readonly schema?: JsonSchema;
  /** The field that holds SQL. @default none */
  readonly sqlField?: string | undefined;
  /** False for prose, where names mean nothing. @default true */
  readonly names?: boolean;
}

const HINT = "Write ${NAME} instead, and set the environment variable NAME; a .env file will do.";

/**
 * Reports every secret that is written out in a value of any shape, and keeps it out of all that findings show.
 * @returns whether there is one
 */
export function reportSecrets(value: unknown, places: SecretPlaces, report: Report): boolean {
  let found = false;
  const note = (code: FindingCode, span: Span, secret: string, message: string): void => {
    found = true;
    span.source.hide(span);
    report.hide(secret);
    report.add(code, span, message, HINT);
  };
  const isDeclared = declaredSecrets(places.secrets);
  const walk = (node: unknown, at: Path, schema: JsonSchema | undefined, inHeaders: boolean): void => {
    if (Array.isArray(node)) {
      node.forEach((item, index) => walk(item, [...at, index], undefined, inHeaders));
    } else if (typeof node === "object" && node !== null) {
      const key = at.at(-1);
      const headers = typeof key === "string" && isHeaderMap(key);
      for (const [name, item] of Object.entries(node)) {
        walk(item, [...at, name], propertySchema(schema, name), headers);
      }
    } else {
      reportValue(node, at, schema, inHeaders);
    }
  };
  const reportValue = (node: unknown, at: Path, schema: JsonSchema | undefined, inHeaders: boolean): void => {
    const text = typeof node === "string" ? node : typeof node === "number" ? String(node) : undefined;
    if (text === undefined || text === "") return;
    const path = [...places.path, ...at];
    const name = at.findLast((step) => typeof step === "string") ?? "";
    const reason = secretReason(name, isDeclared(at), {
      schema,
      inHeaders,
      isText: typeof node === "string",
      text,
    });
    if (reason !== undefined && places.names !== false && isLiteralSecret(text)) {
      const message = `"${name}" ${reason}, and its value is written out`;
      return note("secret.literal", places.source.spanOf(path), text, message);
    }
    if (typeof node !== "string") return;
    for (const { code, what, start, end } of secretsInText(node, isSql(name, places) ? "sql" : "text")) {
      const span = places.source.spanInText(path, start, end - start);
      note(code, span, node.slice(start, end), `${name === "" ? "This" : `"${name}"`} holds ${what}`);
    }
  };
  walk(value, [], places.schema, false);
  return found;
}

function secretReason(
  name: string,
  isDeclared: boolean,
  context: {
    readonly schema: JsonSchema | undefined;
    readonly inHeaders: boolean;
    readonly isText: boolean;
    readonly text: string;
  },
): string | undefined {
  if (context.inHeaders) {
    return isHarmlessHeader(name) ? undefined : "is a header that may carry credentials";
  }
  if (isDeclared) return "is a secret";
  // A number under one of the other names is far more often a number: `max_tokens: 100`.
  if (!isSecretName(name) || !(context.isText || /pass|pwd|secret/i.test(name))) return undefined;
  // Their form tells what in them is secret: the rest may well be written out.
  if (/dsn$|connection[^a-z]?string$/i.test(name) && /:\/\/|\w\s?=/.test(context.text)) return undefined;
  const { schema } = context;
  const restricted = schema !== undefined && ["enum", "const", "pattern"].some((key) => key in schema);
  return restricted ? undefined : "has the name of a secret";
}

function propertySchema(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  const properties = schema?.["properties"] as Readonly<Record<string, JsonSchema>> | undefined;
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  const rest = schema?.["additionalProperties"];
  return typeof rest === "object" && rest !== null ? (rest as JsonSchema) : undefined;
}

function isSql(name: string, places: SecretPlaces): boolean {
  return name === places.sqlField || /^(query|sql|statement)$|_(query|sql)$/i.test(name);
}
