import { OsirisError, type EventFields, type LogLevel } from "@osiris/core";
import { schemaProblem } from "@osiris/compiler";
import { EVENT_ENTRIES } from "../records/event-table.ts";
import { LINE_FIELDS, sharedEventSchema } from "../records/line-schemas.ts";
import { METRIC_ENTRIES } from "../records/metric-table.ts";
import { RECORD_NAME } from "../records/shared-schemas.ts";
import { asText } from "./as-text.ts";
import type { Redactor } from "./redactor.ts";
import type { RunLog, StepAttempt } from "./run-log.ts";

const LEVELS: readonly string[] = ["debug", "info", "warn", "error"];

/** What a driver says of its step, on its way to the log: checked, so that every line is what the schemas promise, and redacted. */
export class DriverReport {
  readonly #about: StepAttempt;
  readonly #log: RunLog;
  readonly #redactor: Redactor;

  constructor(about: StepAttempt, log: RunLog, redactor: Redactor) {
    this.#about = about;
    this.#log = log;
    this.#redactor = redactor;
  }

  log(level: LogLevel, message: string, fields: EventFields = {}): void {
    // Drivers may be written in JavaScript.
    if (!LEVELS.includes(level)) throw misuse("bad_event", `ctx.log: "${asText(level)}" is no level`);
    const shown = this.#redacted(fields, "ctx.log", [...LINE_FIELDS, "level", "message"]);
    this.#log.driverEvent(
      "log",
      { level, message: this.#redactor.text(asText(message)), ...shown },
      this.#about,
    );
  }

  event(name: string, fields: EventFields = {}): void {
    assertName(name, "event");
    const schema = sharedEventSchema(name);
    if (schema === undefined && EVENT_ENTRIES.has(name)) {
      const message = `ctx.event: "${name}" is an event of Osiris, which drivers cannot write`;
      throw misuse("reserved_event", message, "Give it a name of your own, such as one with a dot in it.");
    }
    const shown = this.#redacted(fields, `ctx.event("${name}")`, LINE_FIELDS);
    if (schema !== undefined) {
      const problem = schemaProblem(schema, shown, `the event "${name}"`);
      if (problem !== undefined) throw misuse("bad_event", `ctx.event("${name}"): ${problem}`);
    }
    this.#log.driverEvent(this.#redactor.name(name), shown, this.#about);
  }

  metric(name: string, value: number, unit?: string): void {
    assertName(name, "metric");
    const known = METRIC_ENTRIES.get(name);
    if (known?.by === "osiris") {
      const message = `ctx.metric: "${name}" is measured by Osiris itself`;
      throw misuse("reserved_metric", message, "Drop it, or give it a name of your own.");
    }
    if (typeof value !== "number" || !Number.isFinite(value)) {
      throw misuse("bad_metric", `ctx.metric("${name}"): ${asText(value)} is no finite number`);
    }
    if (known !== undefined && (value < 0 || (unit ?? known.unit) !== known.unit)) {
      throw misuse("bad_metric", `ctx.metric("${name}"): it counts ${known.unit}, from 0 up`);
    }
    const shown = known?.unit ?? (unit === undefined ? undefined : this.#redactor.text(asText(unit)));
    this.#log.driverMetric(this.#redactor.name(name), value, shown || undefined, this.#about);
  }

  #redacted(fields: EventFields, call: string, reserved: readonly string[]): EventFields {
    const taken = Object.keys(fields).find((field) => reserved.includes(field));
    if (taken !== undefined) {
      const message = `${call}: the field "${taken}" is Osiris's own`;
      throw misuse("reserved_event", message, "Give the field another name.");
    }
    return this.#redactor.value(asJson(fields, call));
  }
}

/** What the line will hold: a value that JSON has no form for must not be found out when the line is written. */
function asJson(fields: EventFields, call: string): EventFields {
  try {
    return JSON.parse(JSON.stringify(fields)) as EventFields;
  } catch (error) {
    throw misuse(
      "bad_event",
      `${call}: its fields are no JSON: ${error instanceof Error ? error.message : "?"}`,
    );
  }
}

function assertName(name: string, kind: "event" | "metric"): void {
  if (typeof name === "string" && RECORD_NAME.test(name)) return;
  throw misuse(
    `bad_${kind}`,
    `ctx.${kind}: "${asText(name)}" cannot be its name`,
    "Use a-z, 0-9, _ and dots, starting with a letter.",
  );
}

function misuse(code: string, message: string, hint?: string): OsirisError {
  const details = { code: `driver.${code}`, category: "internal", message } as const;
  return new OsirisError(hint === undefined ? details : { ...details, hint });
}
