import { STEP_ID, SINGLE_INPUT_NAME, tableName, type Column } from "@osiris/core";
import type { Components, InstalledComponent } from "../component.ts";
import type { Connections } from "../connections.ts";
import { missingComponent } from "../missing-component.ts";
import { omlModes } from "../oml/example-step.ts";
import { MODES, type OmlStep } from "../oml/oml.ts";
import type { Params } from "../params.ts";
import type { Path } from "../references.ts";
import type { Report } from "../report.ts";
import type { Source, Span } from "../yaml/source.ts";
import { reportSecrets } from "../secrets/check-secrets.ts";
import { configure, noConfiguration, type StepConfiguration } from "./configure.ts";

/** A step on its way through the compiler: what has been found out about it so far. */
export interface StepDraft {
  readonly index: number;
  readonly path: Path;
  readonly oml: OmlStep;
  /** Undefined when the component is unknown or cannot run in this mode; that has been reported. */
  readonly component: InstalledComponent | undefined;
  /** The table it publishes; undefined for writers. */
  readonly table: string | undefined;
  readonly configuration: StepConfiguration;
  /** Ids of the steps it waits for, in document order. */
  needs: readonly string[];
  /** The columns of its single table, where they are known before it runs. */
  columns?: readonly Column[];
  /** Its SQL, if it has any that can be read. */
  query?: Query;
}

/** A step's SQL as it will run, and the way from a place in it (in UTF-16 units) to one in the file. */
export interface Query {
  readonly sql: string;
  span(offset: number): Span;
}

/** What the checks of a step look things up in. */
export interface CompileScope {
  readonly source: Source;
  readonly components: Components;
  readonly params: Params;
  /** The project's connections, read when the first step asks; undefined when the file cannot be used. */
  readonly connections: () => Connections | undefined;
  readonly report: Report;
}

/** Longer ones are wrong, and cut. */
const MAX_ID = 100;

/** Ids, component, mode and config of one step. */
export function draftStep(written: OmlStep, index: number, scope: CompileScope): StepDraft {
  const path: Path = ["steps", index];
  checkId(written.id, path, scope);
  // A long id would stand in every message about the step.
  const oml = written.id.length <= MAX_ID ? written : { ...written, id: `${written.id.slice(0, MAX_ID)}…` };
  const component = findComponent(oml, path, scope);
  if (component === undefined) {
    const { source, report } = scope;
    reportSecrets(oml.config ?? {}, { source, path: [...path, "config"] }, report);
  }
  return {
    index,
    path,
    oml,
    component,
    table: MODES[oml.mode] === "write" ? undefined : tableName(oml.id),
    configuration:
      component === undefined ? noConfiguration(path, scope) : configure(oml, path, component, scope),
    needs: [],
  };
}

function checkId(id: string, path: Path, { source, report }: CompileScope): void {
  const span = source.spanOf([...path, "id"]);
  if (!STEP_ID.test(id)) {
    const hint = "Use a-z, 0-9, _ and -, start with a letter, 63 characters at most.";
    report.add("step.bad_id", span, `"${id}" cannot be a step id`, hint);
  } else if (tableName(id) === SINGLE_INPUT_NAME) {
    const hint = "SQL steps see their only input under that name. Choose another id.";
    report.add("step.bad_id", span, `The name "${SINGLE_INPUT_NAME}" is taken`, hint);
  }
}

function findComponent(step: OmlStep, path: Path, scope: CompileScope): InstalledComponent | undefined {
  const { components, source, report } = scope;
  const component = components.installed.get(step.component);
  if (component === undefined) {
    reportMissing(step.component, path, scope);
    return undefined;
  }
  if (component.spec.modes.includes(MODES[step.mode])) return component;
  const message = `${step.component} cannot be used with mode: ${step.mode}`;
  report.add(
    "step.wrong_mode",
    source.spanOf([...path, "mode"]),
    message,
    `Write mode: ${omlModes(component.spec).join(" or ")}.`,
  );
  return undefined;
}

function reportMissing(name: string, path: Path, { components, source, report }: CompileScope): void {
  const { denied, message, hint } = missingComponent(name, components);
  const code = denied ? "step.denied_component" : "step.unknown_component";
  report.add(code, source.spanOf([...path, "component"]), message, hint);
}
