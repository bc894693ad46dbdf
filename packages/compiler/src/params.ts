import type { Finding } from "./finding.ts";
import { didYouMean } from "./nearest.ts";
import type { ParamDeclaration, ParamType, ParamValue, TypedParam } from "./oml.ts";
import type { Path, Source } from "./source.ts";

const REFERENCE = /\$\{(?<name>[^}]*)\}/g;
const WHOLE = /^\$\{params\.(?<name>[A-Za-z_][A-Za-z0-9_]*)\}$/;
const PARAM = /^params\.(?<name>[A-Za-z_][A-Za-z0-9_]*)$/;

export type Params = ReadonlyMap<string, ParamValue>;

/** Typed values of all declared parameters: what the caller gives wins over the default. */
export function resolveParams(
  declared: Readonly<Record<string, ParamDeclaration>>,
  given: Readonly<Record<string, string>>,
  source: Source,
): { readonly params: Params; readonly findings: readonly Finding[] } {
  const params = new Map<string, ParamValue>();
  const findings: Finding[] = [];
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(declared, name)) continue;
    findings.push({
      code: "params.unknown",
      message: `--param ${name}: the pipeline declares no parameter "${name}"`,
      hint: didYouMean(name, Object.keys(declared)),
      place: source.placeOfKey(["params"]),
    });
  }
  for (const [name, declaration] of Object.entries(declared)) {
    const resolved = resolveOne(
      name,
      typed(declaration),
      Object.hasOwn(given, name) ? given[name] : undefined,
    );
    if ("problem" in resolved) {
      findings.push({ ...resolved.problem, place: source.placeOfKey(["params", name]) });
    } else {
      params.set(name, resolved.value);
    }
  }
  return { params, findings };
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

type Resolved =
  | { readonly value: ParamValue }
  | { readonly problem: { readonly code: string; readonly message: string; readonly hint?: string } };

function resolveOne(name: string, param: TypedParam, given: string | undefined): Resolved {
  const from = given === undefined ? "its default" : `--param ${name}=${given}`;
  const value = given === undefined ? param.default : PARSERS[param.type](given);
  if (given === undefined && value === undefined) {
    return {
      problem: {
        code: "params.missing",
        message: `Parameter "${name}" has no value`,
        hint: `Give it one with --param ${name}=…, or declare a default.`,
      },
    };
  }
  if (value === undefined || !hasType(value, param.type)) {
    return {
      problem: {
        code: "params.wrong_type",
        message: `Parameter "${name}" must be of type ${param.type}; ${from} is not`,
      },
    };
  }
  if (param.enum && !param.enum.includes(value)) {
    return {
      problem: {
        code: "params.not_allowed",
        message: `Parameter "${name}" must be one of: ${param.enum.join(", ")}; ${from} is not`,
      },
    };
  }
  if (typeof value === "number" && (value < (param.min ?? -Infinity) || value > (param.max ?? Infinity))) {
    const range = `${param.min ?? "-∞"} to ${param.max ?? "∞"}`;
    return {
      problem: {
        code: "params.out_of_range",
        message: `Parameter "${name}" must be in ${range}; ${from} is not`,
      },
    };
  }
  return { value };
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

/** Replaces `${params.x}` everywhere in a config. A value that is one reference takes the parameter's type. */
export function substitute(
  value: unknown,
  params: Params,
  at: { readonly source: Source; readonly path: Path },
): { readonly value: unknown; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const walk = (node: unknown, path: Path): unknown => {
    if (typeof node === "string") return substituteText(node, params, { ...at, path }, findings);
    if (Array.isArray(node)) return node.map((item, index) => walk(item, [...path, index]));
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]));
  };
  return { value: walk(value, at.path), findings };
}

function substituteText(
  text: string,
  params: Params,
  at: { readonly source: Source; readonly path: Path },
  findings: Finding[],
): ParamValue {
  const whole = WHOLE.exec(text)?.groups?.["name"];
  if (whole !== undefined && params.has(whole)) return params.get(whole) as ParamValue;
  return text.replaceAll(REFERENCE, (reference, inner: string, offset: number) => {
    const name = PARAM.exec(inner)?.groups?.["name"];
    const value = name === undefined ? undefined : params.get(name);
    if (value !== undefined) return String(value);
    findings.push({
      code: "params.unresolved",
      message:
        name === undefined
          ? `${reference} is not a reference this compiler knows`
          : `No parameter is called "${name}"`,
      hint: name === undefined ? "Write ${params.<name>}." : didYouMean(name, params.keys()),
      place: at.source.placeInText(at.path, offset),
    });
    return reference;
  });
}

/** Where a character of the text after {@link substitute} stood before it. */
export function offsetBefore(raw: string, params: Params, offset: number): number {
  let before = 0;
  let after = 0;
  for (const match of raw.matchAll(REFERENCE)) {
    const name = PARAM.exec(match[1] ?? "")?.groups?.["name"];
    const value = name === undefined ? undefined : params.get(name);
    const length = value === undefined ? match[0].length : String(value).length;
    const plain = match.index - before;
    if (offset <= after + plain) break;
    before += plain + match[0].length;
    after += plain + length;
    // Inside a substituted value: point at the reference.
    if (offset < after) return match.index;
  }
  return before + (offset - after);
}
