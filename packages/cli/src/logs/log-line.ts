import type { LogLevel } from "@osiris/core";
import type { RunEvent } from "@osiris/runtime";
import { localClock } from "../local-time.ts";
import { plainLines } from "../progress/event-line.ts";
import type { Paint, Tone } from "../style.ts";
import { LOG_LEVELS } from "./log-levels.ts";

/** A line of metrics.jsonl. */
export interface Metric {
  readonly ts: string;
  readonly step_id: string;
  readonly metric: string;
  readonly value: number;
  readonly unit?: string;
}

/** Events that tell of trouble, and how much of it. */
const TROUBLE: Readonly<Record<string, LogLevel>> = {
  step_failed: "error",
  step_retry: "warn",
  step_cancelled: "warn",
};

/** How important an event is to people; undefined for those that say nothing while all is well. */
export function levelOf(event: RunEvent): LogLevel | undefined {
  if (event.event !== "log") return TROUBLE[event.event];
  return LOG_LEVELS.find((level) => level === event["level"]) ?? "info";
}

const TONES: Readonly<Record<LogLevel, Tone>> = {
  debug: "faint",
  info: "strong",
  warn: "warn",
  error: "bad",
};

/** One event for people: time, level, step, what it is, and its fields. */
export function eventLine(event: RunEvent, paint: Paint): string {
  const { ts, run_id: _, event: name, step_id, level: _level, ...rest } = event;
  const level = levelOf(event) ?? "info";
  const { message, ...fields } = rest;
  const what = name === "log" ? [] : [name];
  const said = typeof message === "string" ? [plainLines(message)] : [];
  const parts = [
    paint("faint", localClock(ts)),
    paint(TONES[level], level.padEnd(5)),
    ...(step_id === undefined ? [] : [`${step_id}:`]),
    ...what,
    ...said,
    paint("faint", inlineFields(fields)),
  ];
  return [parts.filter((part) => part !== "").join(" "), ...longFields(fields)].join("\n");
}

/** One metric for people. */
export function metricLine({ ts, step_id, metric, value, unit }: Metric, paint: Paint): string {
  const amount = unit === undefined ? String(value) : `${value} ${unit}`;
  return `${paint("faint", localClock(ts))} ${step_id}: ${metric} ${amount}`;
}

function inlineFields(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .filter(([, value]) => !isLong(value))
    .map(([key, value]) => `${key}=${typeof value === "string" ? plainLines(value) : JSON.stringify(value)}`)
    .join(" ");
}

/** Texts of several lines, such as a query's plan, stand below. */
function longFields(fields: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.values(fields)
    .filter(isLong)
    .flatMap((value) => plainLines(value).split("\n"))
    .map((line) => `    ${line}`);
}

function isLong(value: unknown): value is string {
  return typeof value === "string" && value.includes("\n");
}
