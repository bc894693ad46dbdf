import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { Finding } from "./finding.ts";
import { didYouMean } from "./nearest.ts";
import type { Path, Source } from "./source.ts";

const OPTIONS = {
  allErrors: true,
  verbose: true,
  useDefaults: true,
  allowUnionTypes: true,
  strict: true,
} as const;

/** Compiles a JSON Schema; throws when it is none. Schemas of different packages may have equal ids. */
export function compileSchema(schema: Readonly<Record<string, unknown>>): ValidateFunction {
  return new Ajv2020(OPTIONS).compile(schema);
}

const compiled = new WeakMap<object, ValidateFunction>();

/** Compiled when it is first needed: that costs more than most checks. */
function validator(schema: Readonly<Record<string, unknown>>): ValidateFunction {
  const validate = compiled.get(schema) ?? compileSchema(schema);
  compiled.set(schema, validate);
  return validate;
}

/**
 * What is wrong with a value, in one line; undefined when nothing is. For files that are read without positions.
 * Throws when `schema` is no JSON Schema.
 */
export function schemaProblem(schema: Readonly<Record<string, unknown>>, value: unknown): string | undefined {
  const validate = validator(schema);
  if (validate(value)) return undefined;
  const [error] = validate.errors ?? [];
  const key: unknown = error?.params["additionalProperty"];
  return `${error?.instancePath || "/"} ${error?.message ?? "is not valid"}${typeof key === "string" ? `: "${key}"` : ""}`;
}

/**
 * Checks `value` against `schema`, fills in the schema's defaults, and says what is wrong where it stands in the
 * file. `root` is the path of `value` in the source; `what` names the thing, such as `step "load"`.
 */
export function checkSchema(
  schema: Readonly<Record<string, unknown>>,
  value: unknown,
  at: { readonly source: Source; readonly root: Path; readonly what: string; readonly code: string },
): readonly Finding[] {
  const validate = validator(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).flatMap((error) => toFinding(error, schema, at));
}

function toFinding(
  error: ErrorObject,
  schema: Readonly<Record<string, unknown>>,
  at: { readonly source: Source; readonly root: Path; readonly what: string; readonly code: string },
): Finding[] {
  const path: Path = [...at.root, ...pointer(error.instancePath)];
  const name = path.length > at.root.length ? `"${path.slice(at.root.length).join(".")}"` : at.what;
  const params = error.params as Readonly<Record<string, unknown>>;
  const here = (code: string, message: string, hint?: string): Finding => ({
    code: `${at.code}.${code}`,
    message,
    ...(hint === undefined ? {} : { hint }),
    place: at.source.placeOf(path),
  });
  switch (error.keyword) {
    case "additionalProperties": {
      const key = String(params["additionalProperty"]);
      const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
      return [
        {
          code: `${at.code}.unknown_key`,
          message: `${at.what} has no key "${key}"`,
          hint: didYouMean(key, known),
          place: at.source.placeOfKey([...path, key]),
        },
      ];
    }
    case "required": {
      const key = String(params["missingProperty"]);
      return [here("missing_key", `${name} needs the key "${key}"`, describe(schema, error, key))];
    }
    case "const":
      return [here("wrong_value", `${name} must be ${JSON.stringify(params["allowedValue"])}`)];
    case "enum": {
      const allowed = (params["allowedValues"] as readonly unknown[]).map(String);
      return [here("wrong_value", `${name} must be one of: ${allowed.join(", ")}`)];
    }
    case "type": {
      const types = [params["type"]].flat().join(" or ");
      return [here("wrong_type", `${name} must be ${article(types)}`)];
    }
    case "pattern":
      return [here("wrong_value", `${name} must match ${String(params["pattern"])}`)];
    case "anyOf":
    case "if":
      // Its branches report what is wrong; the frame around them adds nothing.
      return [];
    default:
      return [here("wrong_value", `${name} ${error.message ?? "is not valid"}`)];
  }
}

function describe(schema: object, error: ErrorObject, key: string): string | undefined {
  const properties = (error.parentSchema ?? schema) as {
    properties?: Record<string, { description?: string }>;
  };
  const text = properties.properties?.[key]?.description;
  return text === undefined ? undefined : `${key}: ${text}`;
}

function article(types: string): string {
  return `${/^[aeio]/.test(types) ? "an" : "a"} ${types}`;
}

/** A JSON Pointer (RFC 6901) as a path. Only digits index: OML has no mapping with numbers as keys. */
function pointer(text: string): Path {
  return text
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
