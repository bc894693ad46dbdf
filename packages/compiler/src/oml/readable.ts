import { isRecord } from "../is-record.ts";
import {
  MODES,
  type Oml,
  type OmlMode,
  type OmlStep,
  type ParamDeclaration,
  type ParamValue,
} from "./oml.ts";

/** The steps whose basic shape is right. The others have been reported; the rest of the file is checked anyway. */
export function readableSteps(oml: unknown): readonly { readonly index: number; readonly step: OmlStep }[] {
  const steps = (oml as Partial<Oml> | null)?.steps;
  if (!Array.isArray(steps)) return [];
  return steps.flatMap((step: unknown, index) => (isStep(step) ? [{ index, step }] : []));
}

/** The parameter declarations whose basic shape is right. */
export function readableParams(oml: unknown): Readonly<Record<string, ParamDeclaration>> {
  const params = entriesOf((oml as Partial<Oml> | null)?.params);
  return Object.fromEntries(
    params.filter((entry): entry is [string, ParamDeclaration] => isDeclaration(entry[1])),
  );
}

/** The profiles and those of their values whose shape is right. */
export function readableProfiles(oml: unknown): ReadonlyMap<string, Readonly<Record<string, ParamValue>>> {
  const profiles = entriesOf((oml as Partial<Oml> | null)?.profiles);
  return new Map(
    profiles.map(([name, profile]) => {
      const params = entriesOf((profile as { params?: unknown } | null)?.params);
      return [
        name,
        Object.fromEntries(params.filter((entry): entry is [string, ParamValue] => isParamValue(entry[1]))),
      ];
    }),
  );
}

function entriesOf(value: unknown): [string, unknown][] {
  return isRecord(value) ? Object.entries(value) : [];
}

function isParamValue(value: unknown): value is ParamValue {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isDeclaration(value: unknown): value is ParamDeclaration {
  if (isParamValue(value)) return true;
  if (!isRecord(value)) return false;
  const { type, default: fallback, enum: allowed, min, max } = value;
  return (
    ["string", "integer", "number", "boolean"].includes(type as string) &&
    (fallback === undefined || isParamValue(fallback)) &&
    (allowed === undefined || (Array.isArray(allowed) && allowed.every(isParamValue))) &&
    [min, max].every((bound) => bound === undefined || typeof bound === "number")
  );
}

function isStep(step: unknown): step is OmlStep {
  if (typeof step !== "object" || step === null) return false;
  const { id, component, mode, needs, config, input } = step as Record<keyof OmlStep, unknown>;
  return (
    typeof id === "string" &&
    typeof component === "string" &&
    Object.hasOwn(MODES, mode as OmlMode) &&
    (needs === undefined || (Array.isArray(needs) && needs.every((need) => typeof need === "string"))) &&
    (input === undefined || typeof input === "string") &&
    (config === undefined || isRecord(config))
  );
}
