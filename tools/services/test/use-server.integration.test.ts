import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { childEnvironment, FIXTURES, vitestArguments } from "./child-suite.ts";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly title: string; readonly status: string }[];
  }[];
}

const REASON = [
  "Imaginary is not available:",
  "  - map: not drawn yet",
  "  - compass: lost",
  "  Imagine it.",
].join("\n");

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "osiris-report-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function runSuite(require: "1" | "") {
  const file = path.join(folder, "report.json");
  const reporters = ["--reporter=verbose", "--reporter=json", `--outputFile.json=${file}`];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...vitestArguments("unavailable.suite.ts"), ...reporters],
    {
      cwd: FIXTURES,
      env: childEnvironment({ OSIRIS_REQUIRE_SERVICES: require, NO_COLOR: "1", FORCE_COLOR: undefined }),
      encoding: "utf8",
      timeout: 60_000,
    },
  );
  const report: Report = JSON.parse(readFileSync(file, "utf8"));
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const statuses = Object.fromEntries(results.map(({ title, status }) => [title, status]));
  return { status, stdout, stderr, report, statuses };
}

describe("a suite whose server cannot be had", { timeout: 60_000 }, () => {
  test("is skipped and counted, with the reason", () => {
    const { status, stdout, stderr, report, statuses } = runSuite("");
    expect(statuses).toEqual({ first: "skipped", second: "skipped", third: "passed" });
    expect(report).toMatchObject({ numPassedTests: 1, numPendingTests: 2, numFailedTests: 0 });
    expect(stdout).toMatch(/Tests\s+1 passed \| 2 skipped/u);
    expect(stdout).toContain("Imaginary is not available");
    // Once, although two servers are wanting for the same reason.
    expect(stderr.split(`osiris tests: SKIPPED, because ${REASON}\n`)).toHaveLength(2);
    expect(status).toBe(0);
  });

  test("fails with OSIRIS_REQUIRE_SERVICES=1, with the reason", () => {
    const { status, stderr, report, statuses } = runSuite("1");
    expect(statuses).toEqual({ first: "skipped", second: "skipped", third: "passed" });
    expect(stderr).toContain(REASON);
    expect(report).toMatchObject({ numPassedTests: 1 });
    expect(status).toBe(1);
  });
});
