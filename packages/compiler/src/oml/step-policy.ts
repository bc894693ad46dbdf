import type { JsonSchema } from "@osiris/core";
import { DURATION_SCHEMA, parseDuration } from "./duration.ts";

/** What a pipeline file, or osiris.yaml for all steps, says about steps that fail, hang or leave rows out. */
export interface WrittenPolicy {
  readonly retry?: {
    readonly attempts?: number;
    readonly backoff?: string;
    readonly max_backoff?: string;
  };
  readonly timeout?: string;
  readonly max_rejects?: number | string;
}

/** The same as the manifest keeps it, with nothing left open. */
export interface StepPolicy {
  readonly retry: RetryPolicy;
  /** For all attempts of the step together. Absent: no limit. */
  readonly timeout_ms?: number;
  /** Rows, or per cent of all rows such as `"2.5%"`. Absent: no limit. */
  readonly max_rejects?: number | string;
}

export interface RetryPolicy {
  /** How often the step is tried, the first time included. */
  readonly attempts: number;
  /** The wait before the second attempt. Each further one is twice as long. */
  readonly backoff_ms: number;
  readonly max_backoff_ms: number;
}

const DEFAULT_ATTEMPTS = 3;
const DEFAULT_BACKOFF = "1s";
const DEFAULT_MAX_BACKOFF = "30s";

/** The keys of a step that {@link WrittenPolicy} has; osiris.yaml has the same ones under `defaults`. */
export const POLICY_PROPERTIES: Readonly<Record<keyof WrittenPolicy, JsonSchema>> = {
  retry: {
    type: "object",
    additionalProperties: false,
    description: "How often to try again after an error that the driver calls retryable.",
    properties: {
      attempts: {
        type: "integer",
        minimum: 1,
        maximum: 100,
        description: `How often in all, the first time included. Default: ${DEFAULT_ATTEMPTS}.`,
      },
      backoff: {
        ...DURATION_SCHEMA,
        description: `The first wait, such as 500ms or 2s; each further one is twice as long. Default: ${DEFAULT_BACKOFF}.`,
      },
      max_backoff: { ...DURATION_SCHEMA, description: `The longest wait. Default: ${DEFAULT_MAX_BACKOFF}.` },
    },
  },
  timeout: {
    ...DURATION_SCHEMA,
    description: "How long the step may take, all attempts together, such as 30s or 2h. Default: no limit.",
  },
  max_rejects: {
    type: ["integer", "string"],
    minimum: 0,
    pattern: "^(100|\\d{1,2}(\\.\\d{1,6})?)%$",
    examples: [100, "0.5%"],
    description: "How many rows may be rejected, such as 100 or 0.5%; more fail the step. Default: no limit.",
  },
};

/** What holds for a step: what it says itself, else the project's defaults, else ours. */
export function stepPolicy(step: WrittenPolicy, defaults: WrittenPolicy): StepPolicy {
  const retry = { ...defaults.retry, ...step.retry };
  const timeout = step.timeout ?? defaults.timeout;
  const maxRejects = step.max_rejects ?? defaults.max_rejects;
  return {
    retry: {
      attempts: retry.attempts ?? DEFAULT_ATTEMPTS,
      backoff_ms: milliseconds(retry.backoff ?? DEFAULT_BACKOFF),
      max_backoff_ms: milliseconds(retry.max_backoff ?? DEFAULT_MAX_BACKOFF),
    },
    ...(timeout === undefined ? {} : { timeout_ms: milliseconds(timeout) }),
    ...(maxRejects === undefined ? {} : { max_rejects: maxRejects }),
  };
}

function milliseconds(duration: string): number {
  const parsed = parseDuration(duration);
  if (parsed === undefined) throw new Error(`${duration} was not checked against its schema`);
  return parsed;
}
