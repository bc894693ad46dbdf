import { brokenConstraints, pointerToPath, schemaProblems, type SpecFile } from "@osiris/compiler";
import {
  connectionFields,
  openSqlAnalyzer,
  type CompileFiles,
  type ComponentSpec,
  type ConfigProblem,
  type Driver,
  type SqlAnalyzer,
} from "@osiris/core";
import { reasonOf, thrownAt } from "./driver-fault.ts";

/** A spec of the right shape, and the folder of its package. */
type Spec = SpecFile & { readonly spec: ComponentSpec; readonly folder: string };

/** Reports a mistake where the spec names the driver. */
export type BadDriver = (message: string, hint?: string) => void;

/** The files that examples name belong to nobody. */
const NO_FILES: CompileFiles = { text: () => undefined };

/** Asks a driver about the examples of its spec, as the compiler asks about the configs of steps. */
export async function checkExamples(driver: Driver, read: Spec, bad: BadDriver): Promise<void> {
  // Nothing can be said of configs whose schema is none.
  if (read.report.findings().some(({ code }) => code === "spec.bad_schema")) return;
  await using analyzer = driver.columns === undefined ? undefined : await openSqlAnalyzer();
  for (const [index, { title, config: written }] of read.spec.examples.entries()) {
    const config = mergedConfig(written, read.spec);
    // The spec itself refuses it, which has been reported.
    if (config === undefined) continue;
    const isRefused = askAboutConfig(driver, config, { ...read, index }, bad);
    if (isRefused || analyzer === undefined) continue;
    try {
      await checkColumns(driver.columns?.(structuredClone(config), NO_FILES), analyzer);
    } catch (error) {
      const message = `columns() fails for the example "${title}": ${reasonOf(error)}`;
      bad(message, thrownAt(error, read.folder));
    }
  }
}

type Config = Readonly<Record<string, unknown>>;

/** An example as a driver gets it. What only its connection brings is a reference, as in any connections file. */
function mergedConfig(written: Config, spec: ComponentSpec): Config | undefined {
  const { connection, ...config } = structuredClone(written) as Record<string, unknown>;
  const fields = connectionFields(spec);
  for (const field of spec.configSchema.required ?? []) {
    if (connection === undefined || !fields.has(field) || Object.hasOwn(config, field)) continue;
    config[field] = `\${${field.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}}`;
  }
  const problems = schemaProblems(spec.configSchema, config, "");
  return problems.length > 0 || brokenConstraints(spec, config).length > 0 ? undefined : config;
}

/** Reports what the driver finds wrong, and says whether that was anything. */
function askAboutConfig(
  driver: Driver,
  config: Config,
  { spec, source, report, folder, index }: Spec & { readonly index: number },
  bad: BadDriver,
): boolean {
  const { title = "", config: written = {} } = spec.examples[index] ?? {};
  let problems: readonly ConfigProblem[];
  try {
    problems = asProblems(driver.validate?.(structuredClone(config), NO_FILES) ?? []);
  } catch (error) {
    bad(`validate() fails for the example "${title}": ${reasonOf(error)}`, thrownAt(error, folder));
    return true;
  }
  for (const { path, message, hint } of problems) {
    if (isOfConnection(path, written, spec)) continue;
    const span = source.spanOf(["examples", index, "config", ...pointerToPath(path)]);
    report.add("spec.bad_example", span, `Example "${title}": the driver refuses it: ${message}`, hint);
  }
  return problems.length > 0;
}

function asProblems(answer: unknown): readonly ConfigProblem[] {
  const isProblem = (item: Partial<ConfigProblem> | null): boolean =>
    typeof item?.path === "string" && typeof item.message === "string";
  if (Array.isArray(answer) && answer.every(isProblem)) return answer as readonly ConfigProblem[];
  throw new Error("it does not return a list of { path, message }");
}

/** What an example leaves to its connection is not known, and no fault of the example. */
function isOfConnection(path: string, written: Config, spec: ComponentSpec): boolean {
  if (!Object.hasOwn(written, "connection")) return false;
  const [field] = pointerToPath(path);
  if (field === undefined) return true;
  return connectionFields(spec).has(String(field)) && !Object.hasOwn(written, String(field));
}

async function checkColumns(answer: unknown, analyzer: SqlAnalyzer): Promise<void> {
  if (answer === undefined) return;
  if (!Array.isArray(answer)) throw new Error("it does not return a list of { name, type }");
  for (const column of answer as readonly ({ name?: unknown; type?: unknown } | null)[]) {
    if (typeof column?.name !== "string" || typeof column.type !== "string")
      throw new Error("it does not return a list of { name, type }");
    if ((await analyzer.typeName(column.type)) === undefined)
      throw new Error(`the column "${column.name}" has the unknown type ${column.type}`);
  }
}
