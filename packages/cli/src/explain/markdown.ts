import {
  codeSpan,
  visible,
  type ExplainedStep,
  type Explanation,
  type Reaches,
  type Variable,
} from "@osiris/compiler";
import { fromHere } from "../from-here.ts";
import { formatCount } from "../format.ts";

/** An explanation for a terminal and for a pull request alike: plain Markdown. */
export function explanationMarkdown(explanation: Explanation): string {
  return [
    head(explanation),
    order(explanation),
    `## Steps\n\n${explanation.steps.map(stepText).join("\n\n")}`,
    changes(explanation.steps),
    reaches(explanation.reaches),
  ].join("\n\n");
}

function head({ name, description, profile, fingerprint, base_dir, steps, stages }: Explanation): string {
  const facts = [
    `${count(steps.length, "step")} in ${count(stages.length, "stage")}`,
    ...(profile === undefined ? [] : [`profile ${codeSpan(profile)}`]),
    `manifest ${codeSpan(fingerprint.replace("sha256:", "").slice(0, 12))}`,
    `relative paths start at ${codeSpan(fromHere(base_dir) || ".")}`,
  ];
  return [`# ${name}`, ...quote(description), `${facts.join(", ")}.`].join("\n\n");
}

/** A description is its author's: it must not be taken for what is found out here, nor hide it in an HTML comment. */
function quote(description: string | undefined): readonly string[] {
  if (description === undefined) return [];
  const text = visible(description.trim()).replaceAll(/<(?=[A-Za-z!/?])/g, "&lt;");
  return [text.replaceAll(/^/gm, "> ")];
}

function order({ stages, steps }: Explanation): string {
  const needs = new Map(steps.map((step) => [step.id, step.needs]));
  const line = (stage: readonly string[]): string => {
    const groups = Map.groupBy(stage, (id) => list(needs.get(id) ?? []));
    return [...groups].map(([after, ids]) => (after && `after ${after}: `) + list(ids)).join("; ");
  };
  const lines = stages.map((stage, index) => `${index + 1}. ${line(stage)}`);
  const atOnce =
    "Steps of one line may run at the same time; each starts when those it comes after have ended.";
  const isParallel = stages.some((stage) => stage.length > 1);
  return ["## Order", lines.join("\n"), ...(isParallel ? [atOnce] : [])].join("\n\n");
}

function stepText(step: ExplainedStep): string {
  const { id, component, mode, does, connection, sql } = step;
  const facts = [...readsText(step), ...makesText(step)];
  if (connection !== undefined) {
    const why = connection.default ? ", the default of its family" : "";
    facts.push(
      `connection ${codeSpan(connection.name)}${why}${connection.defined ? "" : ", not defined here"}`,
    );
  }
  facts.push(...limitsText(step));
  return [
    `### ${codeSpan(id)}`,
    `${codeSpan(component)}, ${mode}: ${does}`,
    ...(facts.length === 0 ? [] : [facts.map((fact) => `- ${fact}`).join("\n")]),
    ...(sql === undefined ? [] : [queryText(sql)]),
  ].join("\n\n");
}

function readsText({ reads }: ExplainedStep): readonly string[] {
  if (reads.length === 0) return [];
  const tables = reads.map(({ table, as }) => {
    const why = { input: "chosen by `input`", input_df: "as `input_df`" };
    return codeSpan(table) + (as === undefined ? "" : ` (${why[as]})`);
  });
  return [`reads the ${tables.length === 1 ? "table" : "tables"} ${tables.join(", ")}`];
}

const MAX_COLUMNS = 40;

function makesText({ makes }: ExplainedStep): readonly string[] {
  if (makes === undefined) return [];
  const made = `makes the table ${codeSpan(makes.table)}`;
  if (makes.columns === undefined) return [`${made}, whose columns are known once it has run`];
  const shown = makes.columns.slice(0, MAX_COLUMNS).map(({ name, type }) => codeSpan(`${name} ${type}`));
  const more = makes.columns.length - shown.length;
  if (more > 0) shown.push(`and ${formatCount(more)} more`);
  return [`${made}: ${shown.join(", ")}`];
}

/** When the step gives up, where the pipeline says so. */
function limitsText({ timeout_ms: timeout, max_rejects: rejects }: ExplainedStep): readonly string[] {
  const most = typeof rejects === "number" ? `${formatCount(rejects)} rows` : `${rejects} of its rows`;
  return [
    ...(timeout === undefined ? [] : [`is stopped after ${formatCount(timeout / 1000)} s`]),
    ...(rejects === undefined ? [] : [`fails when more than ${most} are rejected`]),
  ];
}

const MAX_LINES = 20;

function queryText(sql: string): string {
  const lines = visible(sql.trimEnd().replaceAll("\t", "    ").replaceAll("\r\n", "\n")).split("\n");
  const more = lines.length - MAX_LINES;
  const shown = more > 1 ? [...lines.slice(0, MAX_LINES), `-- … ${formatCount(more)} more lines`] : lines;
  const longest = Math.max(2, ...Array.from(sql.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}sql\n${shown.join("\n")}\n${fence}`;
}

/** What a reviewer looks for: what will be different in the world. */
function changes(steps: readonly ExplainedStep[]): string {
  const writers = steps.filter(({ mode }) => mode === "write");
  const lines = writers.map(({ id, reads, does }) => {
    const tables = reads.length === 0 ? "" : ` ${list(reads.map(({ table }) => table))}`;
    return `- write${tables} with ${codeSpan(id)}: ${does}`;
  });
  if (lines.length === 0) lines.push("- write nothing but its own tables: no step has `mode: write`");
  return `## This pipeline will\n\n${lines.join("\n")}`;
}

function reaches({ files, hosts, variables }: Reaches): string {
  const lines = [
    ...files.map(({ use, path, location, steps }) => {
      const where = location === undefined || location === path ? "" : ` (${codeSpan(location)})`;
      const how = use === "read" ? "read" : "written";
      return `- the file ${codeSpan(path)}${where}, ${how} by ${list(steps)}`;
    }),
    ...hosts.map(({ host, steps }) => `- the host ${codeSpan(host)}, by ${list(steps)}`),
    ...variables.map(
      (variable) => `- the variable ${codeSpan(variable.name)}${state(variable)}, in ${list(variable.steps)}`,
    ),
  ];
  if (lines.length === 0) lines.push("- nothing outside its run folder");
  return `## It reaches\n\n${lines.join("\n")}`;
}

function state({ secret, set }: Variable): string {
  return `${secret ? ", a secret" : ""}, ${set ? "set here" : "not set here"}`;
}

function list(names: readonly string[]): string {
  return names.map(codeSpan).join(", ");
}

function count(value: number, what: string): string {
  return `${formatCount(value)} ${what}${value === 1 ? "" : "s"}`;
}
