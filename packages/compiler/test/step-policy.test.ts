import { describe, expect, test } from "vitest";
import { compile, parseDuration, type ManifestStep, type WrittenPolicy } from "../src/index.ts";
import { components } from "./components.ts";

const text = (keys: string): string =>
  `oml_version: "0.1.0"\nname: p\nsteps:\n  - { id: one, component: test.source, mode: read${keys === "" ? "" : `, ${keys}`} }\n`;

async function policy(keys: string, defaults: WrittenPolicy = {}): Promise<object> {
  const result = await compile({ text: text(keys), file: "p.yaml", components, defaults });
  if (!result.ok) throw new Error(result.findings.map(({ message }) => message).join("\n"));
  const { retry, timeout_ms, max_rejects } = result.pipeline.manifest.steps[0] as ManifestStep;
  return { retry, timeout_ms, max_rejects };
}

describe("what a step says about failing", () => {
  test("has defaults of its own", async () => {
    expect(await policy("")).toEqual({
      retry: { attempts: 3, backoff_ms: 1000, max_backoff_ms: 30_000 },
      timeout_ms: undefined,
      max_rejects: undefined,
    });
  });

  test("wins over the project's, key by key", async () => {
    const defaults = { retry: { attempts: 5, backoff: "2s" }, timeout: "1h", max_rejects: "1%" };
    expect(await policy("retry: { attempts: 1 }, timeout: 90s", defaults)).toEqual({
      retry: { attempts: 1, backoff_ms: 2000, max_backoff_ms: 30_000 },
      timeout_ms: 90_000,
      max_rejects: "1%",
    });
    expect(await policy("max_rejects: 0", defaults)).toMatchObject({ timeout_ms: 3_600_000, max_rejects: 0 });
  });

  test.each([
    ["timeout: 30", "timeout"],
    ["timeout: 0s", "timeout"],
    ["timeout: 1 h", "timeout"],
    ["retry: 3", "retry"],
    ["retry: { attempts: 0 }", "attempts"],
    ["retry: { attempts: 1.5 }", "attempts"],
    ["retry: { tries: 3 }", "tries"],
    ["retry: { backoff: 1 }", "backoff"],
    ["max_rejects: -1", "max_rejects"],
    ["max_rejects: 101%", "max_rejects"],
    ["max_rejects: few", "max_rejects"],
    ["max_rejects: 0.5", "max_rejects"],
  ])("%s is refused where it stands", async (keys, names) => {
    const result = await compile({ text: text(keys), file: "p.yaml", components });
    expect(result.ok).toBe(false);
    expect(result.findings).toHaveLength(1);
    expect(result.findings[0]?.place.line).toBe(4);
    expect(`${result.findings[0]?.message} ${result.findings[0]?.hint}`).toContain(names);
  });
});

test.each([
  ["1ms", 1],
  ["90s", 90_000],
  ["010m", 600_000],
  ["2h", 7_200_000],
  ["7d", 604_800_000],
  ["2w", 1_209_600_000],
  ["", undefined],
  ["0s", undefined],
  ["1.5h", undefined],
  ["9999999999s", undefined],
])("%j is a time of %s ms", (duration, ms) => {
  expect(parseDuration(duration)).toBe(ms);
});
