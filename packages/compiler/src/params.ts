import type { FindingCode } from "./finding-codes.ts";
import { didYouMean } from "./nearest.ts";
import { readableParams, readableProfiles } from "./oml/readable.ts";
import type { ParamDeclaration, ParamType, ParamValue, TypedParam } from "./oml/oml.ts";
import type { Report } from "./report.ts";
import { maskSecrets } from "./secrets/mask-line.ts";
import type { Source, Span } from "./yaml/source.ts";

/** By name; undefined for a declared parameter that has got no value, which has been reported. */
export type Params = ReadonlyMap<string, ParamValue | undefined>;

/** What the caller chooses. */
export interface ParamChoice {
  /** `--param` values, as given. */
  readonly params: Readonly<Record<string, string>>;
  readonly profile: string | undefined;
}

/** Typed values of all declared parameters: a default, over it the profile's value, over that the caller's. */
export function resolveParams(oml: unknown, choice: ParamChoice, source: Source, report: Report): Params {
  const declared = readableParams(oml);
  const profiles = readableProfiles(oml);
  for (const [name, declaration] of Object.entries(declared))
    checkDeclaration(name, declaration, source, report);
  for (const [profile, values] of profiles) checkProfile(profile, values, declared, source, report);
  for (const name of Object.keys(choice.params)) {
    if (Object.hasOwn(declared, name)) continue;
    const message = `--param ${name}: the pipeline declares no parameter "${name}"`;
    report.add(
      "params.unknown",
      source.spanOfKey(["params"]),
      message,
      didYouMean(name, Object.keys(declared)),
    );
  }
  const chosen = choice.profile === undefined ? {} : (profiles.get(choice.profile) ?? {});
  if (choice.profile !== undefined && !profiles.has(choice.profile)) {
    const message = `The pipeline declares no profile "${choice.profile}"`;
    report.add(
      "profile.unknown",
      source.spanOfKey(["profiles"]),
      message,
      didYouMean(choice.profile, profiles.keys()),
    );
  }
  const params = new Map<string, ParamValue | undefined>();
  for (const [name, declaration] of Object.entries(declared)) {
    const param = typed(declaration);
    const given = own(choice.params, name);
    const value = given === undefined ? (own(chosen, name) ?? param.default) : PARSERS[param.type](given);
    const span = source.spanOfKey(["params", name]);
    if (given !== undefined) checkGiven(name, param, given, span, report);
    if (given === undefined && value === undefined) {
      const hint = `Give it one with --param ${name}=…, or declare a default.`;
      report.add("params.missing", span, `Parameter "${name}" has no value`, hint);
    }
    params.set(name, value);
  }
  return params;
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** A bare value declares its own type and is the default. */
function typed(declaration: ParamDeclaration): TypedParam {
  if (typeof declaration === "object") return declaration;
  const type = typeof declaration as "string" | "number" | "boolean";
  return {
    type: type === "number" && Number.isInteger(declaration) ? "integer" : type,
    default: declaration,
  };
}

/** Wrong whatever value the parameter gets. */
function checkDeclaration(name: string, declaration: ParamDeclaration, source: Source, report: Report): void {
  const param = typed(declaration);
  const bad = (key: string, message: string): void =>
    report.add(
      "params.bad_declaration",
      source.spanOf(["params", name, key]),
      `Parameter "${name}": ${message}`,
    );
  const { type, min, max, enum: allowed = [] } = param;
  const isNumber = type === "integer" || type === "number";
  for (const [key, bound] of [
    ["min", min],
    ["max", max],
  ] as const) {
    if (bound !== undefined && !isNumber) bad(key, `${key} is for numbers, and this is of type ${type}`);
  }
  if (min !== undefined && max !== undefined && min > max) bad("min", `min ${min} is above max ${max}`);
  if (allowed.some((value) => !hasType(value, type)))
    bad("enum", `enum holds a value that is not of type ${type}`);
  if (param.default === undefined) return;
  const path = typeof declaration === "object" ? ["params", name, "default"] : ["params", name];
  reportProblem(valueProblem(name, param, param.default, "its default"), source.spanOf(path), report);
}

function checkProfile(
  profile: string,
  values: Readonly<Record<string, ParamValue>>,
  declared: Readonly<Record<string, ParamDeclaration>>,
  source: Source,
  report: Report,
): void {
  for (const [name, value] of Object.entries(values)) {
    const path = ["profiles", profile, "params", name];
    const declaration = own(declared, name);
    if (declaration === undefined) {
      const message = `Profile "${profile}" sets "${name}", and the pipeline declares no such parameter`;
      const hint = (): string => didYouMean(name, Object.keys(declared));
      report.add("params.unknown", source.spanOfKey(path), message, hint);
    } else {
      const problem = valueProblem(name, typed(declaration), value, `the value in profile "${profile}"`);
      reportProblem(problem, source.spanOf(path), report);
    }
  }
}

function checkGiven(name: string, param: TypedParam, given: string, span: Span, report: Report): void {
  const from = `--param ${maskSecrets(`${name}=${given}`)}`;
  const value = PARSERS[param.type](given);
  const problem = value === undefined ? wrongType(name, param, from) : valueProblem(name, param, value, from);
  reportProblem(problem, span, report);
}

type Problem = readonly [code: FindingCode, message: string];

function reportProblem(problem: Problem | undefined, span: Span, report: Report): void {
  if (problem !== undefined) report.add(problem[0], span, problem[1]);
}

function valueProblem(name: string, param: TypedParam, value: ParamValue, from: string): Problem | undefined {
  if (!hasType(value, param.type)) return wrongType(name, param, from);
  if (param.enum && !param.enum.includes(value)) {
    return [
      "params.not_allowed",
      `Parameter "${name}" must be one of: ${param.enum.join(", ")}; ${from} is not`,
    ];
  }
  if (typeof value === "number" && (value < (param.min ?? -Infinity) || value > (param.max ?? Infinity))) {
    const range = `${param.min ?? "-∞"} to ${param.max ?? "∞"}`;
    return ["params.out_of_range", `Parameter "${name}" must be in ${range}; ${from} is not`];
  }
  return undefined;
}

function wrongType(name: string, param: TypedParam, from: string): Problem {
  return ["params.wrong_type", `Parameter "${name}" must be of type ${param.type}; ${from} is not`];
}

const PARSERS: Readonly<Record<ParamType, (text: string) => ParamValue | undefined>> = {
  string: (text) => text,
  boolean: (text) => (text === "true" ? true : text === "false" ? false : undefined),
  integer: (text) =>
    /^[+-]?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined,
  number: (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined),
};

function hasType(value: ParamValue, type: ParamType): boolean {
  if (type === "integer") return typeof value === "number" && Number.isSafeInteger(value);
  return typeof value === type;
}
