import type { JsonSchema } from "@osiris/core";
import type { FindingCode } from "../finding-codes.ts";
import { isUnresolved, type Path } from "../references.ts";
import type { Report } from "../report.ts";
import type { Source } from "../yaml/source.ts";
import { declaredSecrets } from "./declared-secrets.ts";
import { isHarmlessHeader, isHeaderMap, isSecretName } from "./secret-names.ts";
import { isLiteralSecret, secretsInText } from "./secret-texts.ts";

/** What is known of a value in which secrets are looked for. */
export interface SecretRules {
  /** JSON Pointers, from the value, of what is secret by declaration. @default none */
  readonly secrets?: readonly string[];
  /** The value's schema: names that it restricts to a few values are no secrets. @default none */
  readonly schema?: JsonSchema;
  /** The field that holds SQL. @default none */
  readonly sqlField?: string | undefined;
  /** False for prose, where names mean nothing. @default true */
  readonly names?: boolean;
}

export interface SecretPlaces extends SecretRules {
  readonly source: Source;
  /** Where the value stands in the source. */
  readonly path: Path;
}

/** A secret that is written out in a value. */
export interface FoundSecret {
  readonly code: FindingCode;
  /** Where, from the value. */
  readonly path: Path;
  /** The part of a text, where it is not all of it. */
  readonly part?: { readonly start: number; readonly end: number };
  readonly secret: string;
  /** What it is, without the secret. */
  readonly message: string;
}

const SQL_HINT = "Keep credentials out of SQL: use a connection.";
const HINT = "Write ${NAME} instead, and set the environment variable NAME; a .env file will do.";

/**
 * Reports every secret that is written out in a value of any shape, and keeps it out of all that findings show.
 * @returns whether there is one
 */
export function reportSecrets(value: unknown, places: SecretPlaces, report: Report): boolean {
  const all = findSecrets(value, places);
  for (const { code, path, part, secret, message } of all) {
    const at = [...places.path, ...path];
    const span =
      part === undefined
        ? places.source.spanOf(at)
        : places.source.spanInText(at, part.start, part.end - part.start);
    span.source.hide(span);
    report.hide(secret);
    report.add(code, span, message, code === "secret.sql" ? SQL_HINT : HINT);
  }
  return all.length > 0;
}

/** Every secret that is written out in a value of any shape. */
export function findSecrets(value: unknown, rules: SecretRules): readonly FoundSecret[] {
  const search = new Search(rules);
  search.walk(value, [], rules.schema, false);
  return search.found;
}

class Search {
  readonly found: FoundSecret[] = [];
  readonly #rules: SecretRules;
  readonly #isDeclared: (path: Path) => boolean;

  constructor(rules: SecretRules) {
    this.#rules = rules;
    this.#isDeclared = declaredSecrets(rules.secrets);
  }

  walk(node: unknown, path: Path, schema: JsonSchema | undefined, inHeaders: boolean): void {
    if (Array.isArray(node)) {
      node.forEach((item, index) => this.walk(item, [...path, index], undefined, inHeaders));
    } else if (typeof node === "object" && node !== null) {
      const isHeaders = isHeaderMap(nameOf(path));
      this.#pair(node, path, isHeaders);
      for (const [name, item] of Object.entries(node)) {
        const inMap = isHeaders && typeof path.at(-1) === "string";
        this.walk(item, [...path, name], propertySchema(schema, name), inMap);
      }
    } else if (typeof node === "string" || typeof node === "number") {
      this.#value(node, path, schema, inHeaders);
    }
  }

  /** `{ name: Authorization, value: … }`: another way to write a map. */
  #pair(node: { readonly name?: unknown; readonly value?: unknown }, path: Path, inHeaders: boolean): void {
    const { name, value } = node;
    if (typeof name !== "string" || typeof value !== "string") return;
    const reason = secretReason(name, false, { schema: undefined, inHeaders, isText: true });
    if (reason !== undefined && isLiteralSecret(value))
      this.#literal(name, reason, value, [...path, "value"]);
  }

  #value(node: string | number, path: Path, schema: JsonSchema | undefined, inHeaders: boolean): void {
    const text = String(node);
    if (text === "") return;
    const name = nameOf(path);
    const isText = typeof node === "string";
    const reason = secretReason(name, this.#isDeclared(path), { schema, inHeaders, isText });
    const isSecret = reason !== undefined && this.#rules.names !== false && isLiteralSecret(text);
    if (isSecret && !isConnectionString(text) && !(reason === NAMED && SQL_TYPE.test(text))) {
      this.#literal(name, reason, text, path);
    } else if (isText) {
      this.#parts(name, text, path);
    }
  }

  #literal(name: string, reason: string, secret: string, path: Path): void {
    const message = `"${name}" ${reason}, and its value is written out`;
    this.found.push({ code: "secret.literal", path, secret, message });
  }

  #parts(name: string, text: string, path: Path): void {
    const isSql = name === this.#rules.sqlField || /^(query|sql|statement)$|_(query|sql)$/i.test(name);
    for (const { code, what, start, end } of secretsInText(text, isSql ? "sql" : "text")) {
      const message = `${name === "" ? "This" : `"${name}"`} holds ${what}`;
      this.found.push({ code, path, part: { start, end }, secret: text.slice(start, end), message });
    }
  }
}

function nameOf(path: Path): string {
  return path.findLast((step) => typeof step === "string") ?? "";
}

const NAMED = "has the name of a secret";
/** A column that is called `password` has a type, and no password. */
const SQL_TYPE =
  /^(?:boolean|bool|u?(?:tiny|small|big|huge)?int(?:eger)?|float|real|double|decimal(?:\(.*\))?|numeric(?:\(.*\))?|varchar(?:\(.*\))?|text|string|char|date|time|timestamp(?:tz)?|interval|uuid|blob|bytea|json)$/i;

/** One with references in it is looked into below: its password must be one of them, its server need not. */
function isConnectionString(text: string): boolean {
  const pairs = text.match(/\w\s*=/g)?.length ?? 0;
  return isUnresolved(text) && (text.includes("://") || pairs >= 2);
}

function secretReason(
  name: string,
  isDeclared: boolean,
  context: {
    readonly schema: JsonSchema | undefined;
    readonly inHeaders: boolean;
    readonly isText: boolean;
  },
): string | undefined {
  if (context.inHeaders) {
    return isHarmlessHeader(name) ? undefined : "is a header that may carry credentials";
  }
  if (isDeclared) return "is a secret";
  // A number under one of the other names is far more often a number: `max_tokens: 100`.
  if (!isSecretName(name) || !(context.isText || /pass|pwd|secret/i.test(name))) return undefined;
  const { schema } = context;
  const restricted = schema !== undefined && ["enum", "const", "pattern"].some((key) => key in schema);
  return restricted ? undefined : NAMED;
}

function propertySchema(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  const properties = schema?.["properties"] as Readonly<Record<string, JsonSchema>> | undefined;
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name];
  const rest = schema?.["additionalProperties"];
  return typeof rest === "object" && rest !== null ? (rest as JsonSchema) : undefined;
}
