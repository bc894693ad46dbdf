import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { Secret, type EventFields, type LogLevel } from "@osiris/core";
import { DriverReport } from "../src/run/driver-report.ts";
import { Redactor } from "../src/run/redactor.ts";
import { RunLog } from "../src/run/run-log.ts";

let report: DriverReport;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "osiris-report-"));
  mkdirSync(join(folder, "logs"));
  const log = new RunLog(folder, "20260101T000000000Z-aaaaaa", () => undefined);
  const redactor = new Redactor();
  redactor.add(["hunter22", "topsecret99"]);
  report = new DriverReport({ stepId: "films", attempt: 2 }, log, redactor);
  onTestFinished(() => {
    log[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });
});

function lines(name: "events" | "metrics"): readonly unknown[] {
  const text = readFileSync(join(folder, "logs", `${name}.jsonl`), "utf8").trimEnd();
  return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as unknown);
}

test("a driver's lines carry what every line has, and its own fields", () => {
  report.event("api.page", { page: 2, secret: new Secret("x").toJSON(), key: "is hunter22" });
  report.log("warn", "hunter22 is old", { hunter22: [1] });
  report.metric("api.quota_left", 5, "requests");
  report.metric("bytes_read", 10);
  const head = {
    ts: expect.stringMatching(/Z$/) as unknown,
    run_id: "20260101T000000000Z-aaaaaa",
    step_id: "films",
    attempt: 2,
  };
  expect(lines("events")).toEqual([
    { ...head, event: "api.page", page: 2, secret: "***", key: "is ***" },
    { ...head, event: "log", level: "warn", message: "*** is old", "***": [1] },
  ]);
  expect(lines("metrics")).toEqual([
    { ...head, metric: "api.quota_left", value: 5, unit: "requests" },
    { ...head, metric: "bytes_read", value: 10, unit: "bytes" },
  ]);
});

test("a long secret in a name leaves a name", () => {
  report.event("got.topsecret99");
  report.metric("n.topsecret99", 1);
  expect(lines("events")).toMatchObject([{ event: "got.redacted" }]);
  expect(lines("metrics")).toMatchObject([{ metric: "n.redacted" }]);
});

describe("is refused", () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  const columns = [{ name: "a", type: "INTEGER", reason: "declared" }];

  test.each<[string, () => void, string]>([
    ["an event of Osiris", () => report.event("step_complete"), "driver.reserved_event"],
    ["a field of all lines", () => report.event("mine", { run_id: "x" }), "driver.reserved_event"],
    ["a field of a log line", () => report.log("info", "x", { message: "y" }), "driver.reserved_event"],
    ["a name with a blank", () => report.event("Is Done"), "driver.bad_event"],
    ["no name", () => report.event(undefined as unknown as string), "driver.bad_event"],
    ["a level that is none", () => report.log("fatal" as LogLevel, "x"), "driver.bad_event"],
    ["a bigint", () => report.event("mine", { n: 1n } as unknown as EventFields), "driver.bad_event"],
    ["a circle", () => report.event("mine", circular as EventFields), "driver.bad_event"],
    [
      "a schema of another shape",
      () => report.event("schema", { table: "t", columns: [{ name: "a" }] }),
      "driver.bad_event",
    ],
    ["a schema without columns", () => report.event("schema", { table: "t" }), "driver.bad_event"],
    ["a metric of Osiris", () => report.metric("rows_out", 1), "driver.reserved_metric"],
    ["a metric that is no number", () => report.metric("n", Number.NaN), "driver.bad_metric"],
    ["an infinite one", () => report.metric("n", Number.POSITIVE_INFINITY), "driver.bad_metric"],
    ["a text", () => report.metric("n", "1" as unknown as number), "driver.bad_metric"],
    ["another unit", () => report.metric("bytes_read", 1, "MB"), "driver.bad_metric"],
    ["a negative count", () => report.metric("bytes_read", -1), "driver.bad_metric"],
  ])("%s", (_name, call, code) => {
    expect(call).toThrow(expect.objectContaining({ code }) as Error);
    expect([...lines("events"), ...lines("metrics")]).toEqual([]);
  });

  test("and not a schema as it should be", () => {
    report.event("schema", { table: "t", columns, more: 1 });
    expect(lines("events")).toHaveLength(1);
  });
});
