import { checkFileSchema, isRecord, type Report, type Source } from "@osiris/compiler";
import type { JsonSchema } from "@osiris/core";
import { contractProblem, type DriverManifest } from "./driver-package.ts";
import { reasonOf } from "./driver-fault.ts";
import { jsonMistake } from "./json-mistake.ts";

const CORE = "@osiris/core";

/** What of a package.json matters to a driver package, as it is written: any value may be of a wrong type. */
export interface AuthoredManifest extends DriverManifest {
  readonly type?: unknown;
  readonly main?: unknown;
  readonly files?: unknown;
  readonly dependencies?: unknown;
  readonly peerDependencies?: unknown;
}

const SCHEMA: JsonSchema = {
  type: "object",
  required: ["name", "version", "osiris"],
  properties: {
    name: { type: "string", minLength: 1, description: "what users install." },
    version: {
      type: "string",
      pattern: "^\\d+\\.\\d+\\.\\d+",
      description: "manifests name it, and run with no other.",
    },
    files: { type: "array", items: { type: "string" } },
    osiris: {
      type: "object",
      description: '{ "contract": 1, "components": ["./spec.yaml"] } makes it a driver package.',
      required: ["contract", "components"],
      additionalProperties: false,
      properties: {
        contract: { description: "the version of the driver contract, as osiris version shows it." },
        components: {
          type: "array",
          description: "the spec.yaml files of the package.",
          minItems: 1,
          uniqueItems: true,
          items: { type: "string", minLength: 1 },
        },
      },
    },
  },
};

/** Checks all of a package.json that needs no other file. Undefined when it cannot be read; that has been reported. */
export function checkPackageJson(source: Source, report: Report): AuthoredManifest | undefined {
  const manifest = readJson(source, report);
  if (manifest === undefined) return undefined;
  checkFileSchema(SCHEMA, manifest.value, { source, what: "package.json", code: "file" }, report);
  if (!isRecord(manifest.value)) return undefined;
  const authored = manifest.value as AuthoredManifest;
  checkContract(authored, source, report);
  checkCore(authored, source, report);
  if (authored.type !== "module") {
    const message = 'Drivers are ES modules, and "type" is not "module"';
    const hint = 'Add "type": "module".';
    report.add("package.convention", source.spanOf(["type"]), message, hint);
  }
  return authored;
}

/** JSON by JSON's own rules, which are stricter than YAML's; YAML's reader then finds the places. */
function readJson(source: Source, report: Report): { readonly value: unknown } | undefined {
  try {
    JSON.parse(source.text);
  } catch (error) {
    const { start, why } = jsonMistake(source.text, reasonOf(error));
    report.add("package.syntax", { source, start, end: start }, `package.json is not JSON: ${why}`);
    return undefined;
  }
  return source.read(report);
}

function checkContract({ osiris }: AuthoredManifest, source: Source, report: Report): void {
  if (!isRecord(osiris) || !Object.hasOwn(osiris, "contract")) return;
  const problem = contractProblem(osiris["contract"]);
  if (problem === undefined) return;
  const span = source.spanOf(["osiris", "contract"]);
  report.add("package.contract", span, `The package cannot be used: ${problem}`);
}

function checkCore(manifest: AuthoredManifest, source: Source, report: Report): void {
  const { dependencies, peerDependencies } = manifest;
  if (isRecord(dependencies) && Object.hasOwn(dependencies, CORE)) {
    const message = `${CORE} is a dependency, so users may get a second copy of it and of DuckDB's native library`;
    const hint = "Move it to peerDependencies; two copies of the library in one process crash it.";
    report.add("package.core_copy", source.spanOfKey(["dependencies", CORE]), message, hint);
  } else if (!isRecord(peerDependencies) || !Object.hasOwn(peerDependencies, CORE)) {
    const message = `peerDependencies does not name ${CORE}`;
    const hint = "Add it: npm then tells users whose Osiris is too old or too new.";
    report.add("package.convention", source.spanOfKey(["peerDependencies"]), message, hint);
  }
}
