import type { ComponentSpec, JsonSchema } from "@osiris/core";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { didYouMean, nearest } from "./nearest.ts";
import { forEachText, isUnresolved, type Path } from "./references.ts";
import type { Report } from "./report.ts";
import type { Source, Span } from "./yaml/source.ts";

/** One way in which a value does not match its schema. Messages never hold the value: it may be a secret. */
export interface SchemaProblem {
  readonly kind: "unknown_key" | "missing_key" | "wrong_value" | "wrong_type";
  /** Where the value is, within what was checked. */
  readonly path: Path;
  /** The unknown or missing key. */
  readonly key?: string;
  /** The key that an unknown one probably stands for. */
  readonly meant?: string;
  readonly message: string;
  readonly hint?: string;
}

export interface SchemaCheckOptions {
  /** Turns `"3306"` into 3306 where a number is wanted: for values from the environment. @default false */
  readonly coerce?: boolean;
  /**
   * Whether texts with `${…}` stand for something that is not known yet, and are taken to be right: not in the keys of
   * our own files, and not in a config that has been resolved. @default true
   */
  readonly references?: boolean;
  /** Better hints than the nearest name, by unknown key. */
  readonly keyHints?: Readonly<Record<string, string>>;
  /** What a key of the value itself that is not known is called now. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** Throws when `schema` is no JSON Schema. */
export function assertSchema(schema: JsonSchema): void {
  validator(schema, false);
}

/** Compiles a JSON Schema; throws when it is none. Each gets an Ajv of its own: two packages may have equal ids. */
export function compileSchema(schema: JsonSchema, coerce = false): ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    useDefaults: true,
    allowUnionTypes: true,
    strict: true,
    // A rule about fields that others declare is a schema without types.
    strictTypes: false,
    strictRequired: false,
    coerceTypes: coerce,
    // Compiling checks keywords and the types of their values, too, and in a tenth of the time.
    validateSchema: false,
    // Making the code faster takes longer than running it as often as a command does.
    code: { optimize: false },
  });
  formats.default(ajv);
  return ajv.compile(schema);
}

const compiled = new WeakMap<object, Map<boolean, ValidateFunction>>();

/** Compiled when it is first needed: that costs more than most checks. */
function validator(schema: JsonSchema, coerce: boolean): ValidateFunction {
  const variants = compiled.get(schema) ?? new Map<boolean, ValidateFunction>();
  compiled.set(schema, variants);
  const validate = variants.get(coerce) ?? compileSchema(schema, coerce);
  variants.set(coerce, validate);
  return validate;
}

/**
 * What is wrong with `value`, which `what` names. Fills in the schema's defaults. Throws when `schema` is no JSON
 * Schema.
 */
export function schemaProblems(
  schema: JsonSchema,
  value: unknown,
  what: string,
  options: SchemaCheckOptions = {},
): readonly SchemaProblem[] {
  // Only what does not fit is turned into something else: with a choice of types, true would become 1.
  if (options.coerce === true && validator(schema, false)(value)) return [];
  const validate = validator(schema, options.coerce ?? false);
  if (validate(value)) return [];
  const all = validate.errors ?? [];
  const errors = options.references === false ? all : all.filter((error) => !dependsOnUnresolved(error));
  return withoutEchoes(withoutBranches(errors).map((error) => toProblem(error, what, options)));
}

/** A misspelt key is one mistake: that the right one is missing goes without saying. */
function withoutEchoes(problems: readonly SchemaProblem[]): readonly SchemaProblem[] {
  const meant = new Set(
    problems.flatMap(({ path, meant }) => (meant === undefined ? [] : [[...path, meant].join("/")])),
  );
  return problems.filter(
    ({ kind, path, key }) => kind !== "missing_key" || !meant.has([...path, key].join("/")),
  );
}

/** The first problem of a file of ours, as one line; undefined when there is none. */
export function schemaProblem(schema: JsonSchema, value: unknown, what: string): string | undefined {
  return schemaProblems(schema, value, what, { references: false })[0]?.message;
}

/** The texts of a spec's rules that a config breaks, whatever becomes of the references in it. */
export function brokenConstraints(
  spec: ComponentSpec,
  config: unknown,
  { references = true }: Pick<SchemaCheckOptions, "references"> = {},
): readonly string[] {
  const mayMatch = (schema: JsonSchema): boolean =>
    schemaProblems(schema, structuredClone(config), "", { references }).length === 0;
  const isMatch = (schema: JsonSchema): boolean =>
    !(references && looksAtUnresolved(schema, config)) && validator(schema, false)(structuredClone(config));
  return (spec.constraints ?? [])
    .filter(({ when, must }) => (when === undefined || isMatch(when)) && !mayMatch(must))
    .map(({ error }) => error);
}

/** Checks a value of a file of ours, and reports what is wrong where it stands. */
export function checkFileSchema(
  schema: JsonSchema,
  value: unknown,
  at: { readonly source: Source; readonly what: string; readonly code: "oml" | "file" },
  report: Report,
  options: SchemaCheckOptions = {},
): void {
  for (const problem of schemaProblems(schema, value, at.what, { ...options, references: false })) {
    report.add(
      `${at.code}.${problem.kind}`,
      spanOfProblem(problem, [], at.source),
      problem.message,
      problem.hint,
    );
  }
}

/** Where a problem stands in the file whose value at `root` was checked. */
export function spanOfProblem({ kind, path, key }: SchemaProblem, root: Path, source: Source): Span {
  const at = [...root, ...path];
  return kind === "unknown_key" ? source.spanOfKey([...at, key ?? ""]) : source.spanOf(at);
}

const COMBINED: ReadonlySet<string> = new Set(["anyOf", "oneOf", "allOf", "not", "if", "contains"]);
const WHOLE: ReadonlySet<string> = new Set(["const", "enum", "uniqueItems"]);

/** A rule about a text with a reference, or about something that holds one, can only be checked when it is known. */
function dependsOnUnresolved({ keyword, data, schema }: ErrorObject): boolean {
  if (typeof data === "string") return isUnresolved(data);
  if (WHOLE.has(keyword)) return holdsUnresolved(data);
  if (!COMBINED.has(keyword)) return false;
  return looksAtUnresolved(schema, data);
}

/** Which keys an object has is known; of their values only those count that the schema says something about. */
function looksAtUnresolved(schema: unknown, value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return holdsUnresolved(value);
  const fields = value as Readonly<Record<string, unknown>>;
  return [...keysLookedAt(schema)].some((key) => Object.hasOwn(fields, key) && holdsUnresolved(fields[key]));
}

function holdsUnresolved(value: unknown): boolean {
  let found = false;
  forEachText(value, (text) => {
    found ||= isUnresolved(text);
  });
  return found;
}

/** The keys whose values a schema, or one that it is made of, says something about. */
function keysLookedAt(schema: unknown, keys = new Set<string>()): ReadonlySet<string> {
  if (typeof schema !== "object" || schema === null) return keys;
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword === "properties") for (const key of Object.keys(value as object)) keys.add(key);
    keysLookedAt(value, keys);
  }
  return keys;
}

/** Where a value matches none of several schemas, what each of them says of it is noise. */
function withoutBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  // What the branches of an "if" find wrong is reported by itself.
  const isFrame = ({ keyword }: ErrorObject): boolean => keyword === "if";
  const isChoice = ({ keyword }: ErrorObject): boolean => keyword === "anyOf" || keyword === "oneOf";
  const choices = Map.groupBy(errors.filter(isChoice), ({ instancePath }) => instancePath);
  if (choices.size === 0) return errors.filter((error) => !isFrame(error));
  /** The choices at one of the paths that have the error in a branch. */
  const choicesOf = (error: ErrorObject, paths: readonly string[]): readonly ErrorObject[] =>
    paths
      .flatMap((path) => choices.get(path) ?? [])
      .filter((choice) => choice !== error && error.schemaPath.startsWith(`${choice.schemaPath}/`));
  const kept = errors.filter(
    (error) =>
      !isFrame(error) && (error.keyword !== "type" || choicesOf(error, [error.instancePath]).length === 0),
  );
  // A branch that says more than "another type" is the one that was meant: the choice itself adds nothing then.
  const meant = new Set(kept.flatMap((error) => choicesOf(error, pathsTo(error.instancePath))));
  return kept.filter((error) => !meant.has(error));
}

/** A JSON Pointer and those of all that it is within. */
function pathsTo(pointer: string): readonly string[] {
  const ends = Array.from(pointer.matchAll(/\//g), ({ index }) => index);
  return [...ends, pointer.length].map((end) => pointer.slice(0, end));
}

const MERGE_HINT: Readonly<Record<string, string>> = {
  "<<": "YAML 1.2 has no merge keys: write the keys out, or use an alias for the whole mapping.",
};

function toProblem(
  error: ErrorObject,
  what: string,
  { keyHints = {}, renamed = {} }: SchemaCheckOptions,
): SchemaProblem {
  const path = pointerToPath(error.instancePath);
  const name = path.length > 0 ? `"${path.join(".")}"` : what;
  const params = error.params as Readonly<Record<string, unknown>>;
  const about = (error.parentSchema as { description?: string } | undefined)?.description;
  const hint = about === undefined ? {} : { hint: `${path.at(-1) ?? what}: ${about}` };
  const wrong = (message: string): SchemaProblem => ({
    kind: "wrong_value",
    path,
    message: `${name} ${message}`,
    ...hint,
  });
  switch (error.keyword) {
    case "additionalProperties":
    case "unevaluatedProperties": {
      const key = String(params["additionalProperty"] ?? params["unevaluatedProperty"]);
      const known = Object.keys((error.parentSchema?.["properties"] as object | undefined) ?? {});
      const hints = { ...MERGE_HINT, ...keyHints };
      // Not by access alone: a key may be called toString.
      const now = path.length === 0 && Object.hasOwn(renamed, key) ? renamed[key] : undefined;
      const hint = Object.hasOwn(hints, key) && !known.includes(key) ? hints[key] : undefined;
      const better = now === undefined ? hint : calledNow(now, descriptionOf(error, now));
      const meant = now ?? nearest(key, known);
      return {
        kind: "unknown_key",
        path,
        key,
        ...(meant === undefined ? {} : { meant }),
        message: `${name} has no key "${key}"`,
        hint: better ?? didYouMean(key, known),
      };
    }
    case "required": {
      const key = String(params["missingProperty"]);
      const description = descriptionOf(error, key);
      return {
        kind: "missing_key",
        path,
        key,
        message: `${name} needs the key "${key}"`,
        ...(description === undefined ? {} : { hint: `${key}: ${description}` }),
      };
    }
    case "type": {
      const types = [params["type"]].flat().join(" or ");
      return { kind: "wrong_type", path, message: `${name} must be ${article(types)}`, ...hint };
    }
    case "anyOf":
    case "oneOf":
      return { kind: "wrong_type", path, message: `${name} must be ${choiceText(error)}` };
    case "const":
      return wrong(`must be ${JSON.stringify(params["allowedValue"])}`);
    case "enum":
      return wrong(
        `must be one of: ${(params["allowedValues"] as readonly unknown[]).map(String).join(", ")}`,
      );
    case "pattern":
      return wrong(`must ${likeText(error) ?? `match ${String(params["pattern"])}`}`);
    case "propertyNames":
      return wrong(`cannot have the key "${String(params["propertyName"])}"`);
    default:
      return wrong(error.message ?? "is not valid");
  }
}

/** What to tell somebody who used a field's old name. */
function calledNow(name: string, description: string | undefined): string {
  return `It is called "${name}" here.${description === undefined ? "" : ` ${description}`}`;
}

/** Examples say more to most people than a pattern does. */
function likeText({ parentSchema }: ErrorObject): string | undefined {
  const { examples } = (parentSchema ?? {}) as { readonly examples?: unknown };
  if (!Array.isArray(examples) || examples.length === 0) return undefined;
  return `look like ${examples.map(String).join(", ")}`;
}

function choiceText(error: ErrorObject): string {
  const branches = Array.isArray(error.schema)
    ? (error.schema as readonly { type?: string | string[] }[])
    : [];
  const types = branches.flatMap(({ type }) => type ?? []);
  return types.length < branches.length ? "of another form" : article(types.join(" or "));
}

function descriptionOf({ parentSchema }: ErrorObject, key: string): string | undefined {
  const { properties } = (parentSchema ?? {}) as {
    readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  };
  return properties?.[key]?.description;
}

function article(types: string): string {
  return `${/^[aeio]/.test(types) ? "an" : "a"} ${types}`;
}

/** A JSON Pointer (RFC 6901) as a path. */
export function pointerToPath(pointer: string): Path {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
