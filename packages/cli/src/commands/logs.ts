import { existsSync } from "node:fs";
import { join } from "node:path";
import { didYouMean } from "@osiris/compiler";
import { OsirisError, type LogLevel } from "@osiris/core";
import { findRun, readRunRecord, type RunEvent, type RunRecord } from "@osiris/runtime";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { LOG_LEVELS } from "../logs/log-levels.ts";
import { eventLine, levelOf, metricLine, type Metric } from "../logs/log-line.ts";
import { LastLines } from "../logs/last-lines.ts";
import { readLines } from "../logs/read-lines.ts";
import { JsonLines, TextLines, type LineSink, type LogLine } from "../logs/line-sink.ts";
import type { Output } from "../output.ts";
import { usage } from "../usage-error.ts";
import { sessions } from "../project.ts";
import { paintFor } from "../style.ts";

export interface LogsOptions {
  readonly step?: string;
  readonly level: LogLevel;
  readonly events?: boolean;
  readonly metrics?: boolean;
  readonly tail?: number;
  readonly follow?: boolean;
  readonly sessionsDir?: string;
}

export async function logsCommand(wanted: string, options: LogsOptions, output: Output): Promise<ExitCode> {
  const run = findRun(sessions(options.sessionsDir), wanted);
  assertStep(run, options.step);
  const file = join(run.run_dir, "logs", options.metrics === true ? "metrics.jsonl" : "events.jsonl");
  if (!existsSync(file)) throw noLogs(run);
  const goesOn = (): boolean => options.follow === true && readRunRecord(run.run_dir)?.status === "running";
  const sink = output.json ? new JsonLines(output) : new TextLines(output);
  const unread = await printLines(readLines(file, goesOn), options, sink);
  if (sink.count === 0 && options.metrics !== true) output.note(NOTHING);
  if (unread > 0) output.note(`Lines of ${file} that could not be read: ${unread}.`);
  return EXIT.ok;
}

const NOTHING = "Nothing of that kind happened. --level debug shows more, --events shows all.";

/** @returns how many lines could not be read. The last one does not count: it is torn when its run was killed. */
async function printLines(
  blocks: AsyncGenerator<readonly string[]>,
  options: LogsOptions,
  sink: LineSink,
): Promise<number> {
  const { tail } = options;
  const read = options.metrics === true ? metricReader(options) : eventReader(options);
  let last = tail === undefined ? undefined : new LastLines(tail);
  let unread = 0;
  let torn = 0;
  for await (const lines of blocks) {
    const found: LogLine[] = [];
    for (const raw of lines) {
      const document = parse(raw);
      if (document === undefined) {
        torn += 1;
        continue;
      }
      unread += torn;
      torn = 0;
      const text = read(document);
      if (text !== undefined) found.push({ raw, text });
    }
    last?.add(found);
    // Of a run that goes on these were the last ones until now.
    const isCaughtUp = lines.length === 0;
    if (last !== undefined && !isCaughtUp) continue;
    if (!(await sink.add(last?.lines ?? found))) break;
    last = undefined;
  }
  await sink.add(last?.lines ?? []);
  await sink.end();
  return unread;
}

/** How a line reads for people; undefined for one that is not wanted. */
type Reader = (document: object) => (() => string) | undefined;

function eventReader({ step, level, events }: LogsOptions): Reader {
  const paint = paintFor(process.stdout);
  const least = LOG_LEVELS.indexOf(level);
  return (document) => {
    const event = document as RunEvent;
    if (step !== undefined && event.step_id !== step) return undefined;
    const its = levelOf(event) ?? (events === true ? "info" : undefined);
    if (its === undefined || LOG_LEVELS.indexOf(its) < least) return undefined;
    return () => eventLine(event, paint);
  };
}

function metricReader({ step }: LogsOptions): Reader {
  const paint = paintFor(process.stdout);
  return (document) => {
    const metric = document as Metric;
    if (step !== undefined && metric.step_id !== step) return undefined;
    return () => metricLine(metric, paint);
  };
}

function parse(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && hasTime(value) ? value : undefined;
  } catch {
    // Half a line, or none of ours: the caller counts it.
    return undefined;
  }
}

/** Every line of ours has one, and what shows it takes no other. */
function hasTime(line: object): boolean {
  return "ts" in line && typeof line.ts === "string" && !Number.isNaN(Date.parse(line.ts));
}

function assertStep({ run_id, steps }: RunRecord, wanted: string | undefined): void {
  const ids = steps.map(({ id }) => id);
  if (wanted === undefined || ids.includes(wanted)) return;
  throw usage(`Run ${run_id} has no step "${wanted}"`, didYouMean(wanted, ids));
}

function noLogs({ run_id }: RunRecord): OsirisError {
  return new OsirisError({
    code: "runs.no_logs",
    category: "resource",
    message: `Run ${run_id} has no logs any more`,
  });
}
