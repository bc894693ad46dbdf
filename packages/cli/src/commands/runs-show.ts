import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { findRun, type RunRecord } from "@osiris/runtime";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { formatBytes, formatCount, formatDuration } from "../format.ts";
import { fromHere } from "../from-here.ts";
import { localTime } from "../local-time.ts";
import type { Output } from "../output.ts";
import { sessions } from "../project.ts";
import { errorTexts, nextSteps, outcomeText, statusText } from "../run-summary.ts";
import { stepTable } from "../step-table.ts";
import { paintFor, type Paint } from "../style.ts";
import { textTable } from "../text-table.ts";

export interface RunsShowOptions {
  readonly tables?: boolean;
  readonly sessionsDir?: string;
}

/** A file that a driver has kept. */
interface Artifact {
  readonly step: string;
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
}

export async function runsShowCommand(
  wanted: string,
  options: RunsShowOptions,
  output: Output,
): Promise<ExitCode> {
  const record = findRun(sessions(options.sessionsDir), wanted);
  const artifacts = findArtifacts(record);
  const paint = paintFor(process.stdout);
  await output.result(
    () => ({ ...record, artifacts }),
    () => {
      const parts = [
        headText(record, paint),
        stepTable(record.steps),
        ...(options.tables === true ? [tablesText(record)] : []),
        [...outcomeText(record), ...artifacts.map(artifactText)].join("\n"),
        ...errorTexts(record, paint),
        ...nextText(record),
      ];
      return parts.filter((part) => part !== "").join("\n\n");
    },
  );
  return EXIT.ok;
}

function headText(record: RunRecord, paint: Paint): string {
  const { pipeline, profile, manifest, process: owner } = record;
  const lines = [
    ["pipeline", profile === undefined ? pipeline : `${pipeline}, profile ${profile}`],
    ["started", `${localTime(record.started_at)}, ${timeText(record)}`],
    ["manifest", manifest.replace(/^sha256:/, "").slice(0, 12)],
    ["folder", fromHere(record.run_dir)],
    ...(record.status === "running" ? [["process", `${owner.pid} on ${owner.host}`]] : []),
  ];
  const head = `Run ${record.run_id} ${statusText(record.status, paint)}`;
  return [head, ...lines.map(([name = "", value]) => `  ${name.padEnd(8)}  ${value}`)].join("\n");
}

/** The record of a run that goes on is written now and then only, that of a killed one was not at its end. */
function timeText({ status, started_at, duration_ms }: RunRecord): string {
  if (status === "running") return `${formatDuration(Date.now() - Date.parse(started_at))} so far`;
  return status === "killed"
    ? "took at least " + formatDuration(duration_ms)
    : `took ${formatDuration(duration_ms)}`;
}

function tablesText({ steps }: RunRecord): string {
  const titles = [{ title: "table" }, { title: "rows", align: "right" }, { title: "columns" }] as const;
  const rows = steps.flatMap(({ tables }) =>
    tables.flatMap(({ name, rows, columns }) =>
      columns.map((column, index) => [
        index === 0 ? name : "",
        index === 0 ? formatCount(rows) : "",
        `${column.name} ${column.type}`,
      ]),
    ),
  );
  return rows.length === 0 ? "No tables." : textTable(titles, rows);
}

function artifactText({ path, bytes }: Artifact): string {
  return `Artifact: ${fromHere(path)}, ${formatBytes(bytes)}`;
}

function nextText(record: RunRecord): readonly string[] {
  const next = nextSteps(record);
  return next.length === 0 ? [] : [`Next:\n${next.map((line) => `  ${line}`).join("\n")}`];
}

function findArtifacts({ run_dir, steps }: RunRecord): readonly Artifact[] {
  return steps.flatMap(({ id }) => {
    const folder = join(run_dir, "artifacts", id);
    // A step that has not started has none, and people may clear it away.
    const isThere = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
    const entries = isThere ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => ({ step: id, path, bytes: statSync(path).size }));
  });
}
