import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { EVENT_SCHEMA, METRIC_SCHEMA, RUN_SCHEMA } from "@osiris/runtime";

// What a schema says of an event is about the fields of another part of it.
const ajv = new Ajv2020({ allErrors: true, strictTypes: false, strictRequired: false });
const validate = {
  run: ajv.compile(RUN_SCHEMA),
  events: ajv.compile(EVENT_SCHEMA),
  metrics: ajv.compile(METRIC_SCHEMA),
} as const;

/**
 * Validates the records of every run below a folder: run.json and each line of events.jsonl and metrics.jsonl against
 * their schemas, and that they belong together.
 * @throws Error that names every violation
 */
export function assertRunRecords(folder: string): void {
  const violations = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("/logs/events.jsonl"))
    .map((file) => join(folder, dirname(dirname(file))))
    .flatMap(violationsOf);
  if (violations.length > 0)
    throw new Error(`The records of a run are not as promised:\n${violations.join("\n")}`);
}

function violationsOf(run: string): readonly string[] {
  const record = JSON.parse(readFileSync(join(run, "run.json"), "utf8")) as { readonly status: string };
  const wasKilled = record.status === "running";
  const events = linesOf(run, "events", wasKilled);
  const metrics = linesOf(run, "metrics", wasKilled);
  const id = basename(run);
  const names = events.map(({ event }) => event);
  return [
    ...problems(record, validate.run, "run.json"),
    ...events.flatMap((line) => problems(line, validate.events, "events.jsonl")),
    ...metrics.flatMap((line) => problems(line, validate.metrics, "metrics.jsonl")),
    ...[...events, ...metrics].flatMap((line) =>
      line["run_id"] === id ? [] : [`not of run ${id}: ${show(line)}`],
    ),
    ...(names[0] === "run_start" ? [] : [`events.jsonl begins with ${String(names[0])}`]),
    ...(wasKilled || names.at(-1) === "run_complete"
      ? []
      : [`events.jsonl ends with ${String(names.at(-1))}`]),
  ];
}

/** The last line of a killed run may be torn. */
function linesOf(
  run: string,
  name: "events" | "metrics",
  mayBeTorn: boolean,
): readonly Record<string, unknown>[] {
  const lines = readFileSync(join(run, "logs", `${name}.jsonl`), "utf8").split("\n");
  const rest = lines.pop();
  if (rest !== "" && !mayBeTorn) throw new Error(`${name}.jsonl of ${run} ends within a line: ${rest}`);
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

function problems(value: unknown, isValid: ValidateFunction, file: string): readonly string[] {
  if (isValid(value)) return [];
  return (isValid.errors ?? [])
    .filter(({ keyword }) => keyword !== "if")
    .map(
      ({ instancePath, message, params }) =>
        `${file}: ${instancePath} ${message} ${show(params)} in ${show(value)}`,
    );
}

function show(value: unknown): string {
  return JSON.stringify(value).slice(0, 2000);
}
