import { toOsirisError } from "@osiris/core";
import { planClean, removeRun, type CleanPlan, type CleanReason, type Removal } from "@osiris/runtime";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { usage } from "../usage-error.ts";
import { sessions } from "../project.ts";
import { formatBytes, formatCount } from "../format.ts";
import { textTable } from "../text-table.ts";

export interface CleanOptions {
  /** Milliseconds. */
  readonly olderThan?: number;
  readonly keep?: number;
  /** Bytes. */
  readonly maxSize?: number;
  readonly dryRun?: boolean;
  readonly sessionsDir?: string;
}

interface Outcome {
  readonly root: string;
  readonly dryRun: boolean;
  readonly removed: readonly Removal[];
  readonly stay: CleanPlan["stay"];
}

interface Failure {
  readonly run_id: string;
  readonly message: string;
}

export async function cleanCommand(options: CleanOptions, output: Output): Promise<ExitCode> {
  const { olderThan, keep, maxSize, dryRun = false } = options;
  if (olderThan === undefined && keep === undefined && maxSize === undefined) {
    throw usage(
      "Say which runs to remove",
      "Such as --older-than 7d, --keep 10 or --max-size 10GB; --dry-run only shows what would go.",
    );
  }
  const root = sessions(options.sessionsDir);
  const plan = planClean(root, options, new Date());
  const failures: Failure[] = plan.leftAlone
    .filter(({ failed }) => failed)
    .map(({ run_id, why }) => ({ run_id, message: why }));
  const removed = dryRun ? plan.remove : removeAll(plan.remove, failures);
  const stay = stayOf(plan, removed);
  noteRest(plan, failures, maxSize, output);
  await output.result(
    () => document({ root, dryRun, removed, stay }, plan, failures),
    () => text({ root, dryRun, removed, stay }),
  );
  return failures.length === 0 ? EXIT.ok : EXIT.failed;
}

/** Goes on after what cannot be removed. */
function removeAll(removals: readonly Removal[], failures: Failure[]): readonly Removal[] {
  return removals.filter((removal) => {
    try {
      removeRun(removal);
      return true;
    } catch (error) {
      failures.push({ run_id: removal.run_id, message: toOsirisError(error, "Removing it").message });
      return false;
    }
  });
}

function noteRest(
  plan: CleanPlan,
  failures: readonly Failure[],
  maxSize: number | undefined,
  output: Output,
): void {
  for (const { run_id, why, failed } of plan.leftAlone) {
    if (!failed) output.note(`${run_id} stays: ${why}`);
  }
  for (const { run_id, message } of failures) output.note(`error: ${run_id}: ${message} [clean.failed]`);
  if (maxSize !== undefined && plan.stay.bytes > maxSize) {
    output.note(`warning: what may not be removed has ${formatBytes(plan.stay.bytes)}, more than --max-size`);
  }
}

/** With what could not be removed. */
function stayOf({ remove, stay }: CleanPlan, removed: readonly Removal[]): CleanPlan["stay"] {
  return {
    runs: stay.runs + remove.length - removed.length,
    bytes: stay.bytes + sum(remove) - sum(removed),
  };
}

function document(
  { root, dryRun, removed, stay }: Outcome,
  plan: CleanPlan,
  failures: readonly Failure[],
): object {
  return {
    status: failures.length === 0 ? "ok" : "failed",
    dry_run: dryRun,
    sessions: root,
    removed: removed.map(({ run_id, bytes, reason, run }) => ({
      run_id,
      ...(run === undefined
        ? {}
        : { pipeline: run.pipeline, profile: run.profile, status: run.status, started_at: run.started_at }),
      bytes,
      reason,
    })),
    removed_bytes: sum(removed),
    failed: failures,
    left_alone: plan.leftAlone.filter(({ failed }) => !failed),
    stay,
  };
}

const REASONS: Readonly<Record<CleanReason, string>> = {
  age: "older than --older-than",
  size: "over --max-size",
  surplus: "not among those to --keep",
  leftover: "left by an interrupted clean",
};

function text({ root, dryRun, removed, stay: { runs, bytes } }: Outcome): string {
  const rest = `${countText(runs)} with ${formatBytes(bytes)} ${runs === 1 ? "stays" : "stay"} in ${root}`;
  if (removed.length === 0) return `Nothing to remove; ${rest}`;
  const columns = [
    { title: "run" },
    { title: "pipeline" },
    { title: "status" },
    { title: "size", align: "right" },
    { title: "why" },
  ] as const;
  const rows = removed.map(({ run_id, run, bytes: size, reason }) => [
    run_id,
    run?.pipeline ?? "",
    run?.status ?? "",
    formatBytes(size),
    REASONS[reason],
  ]);
  const done = dryRun ? "Would remove" : "Removed";
  const all = `${done} ${countText(removed.length)} with ${formatBytes(sum(removed))}; ${rest}`;
  return `${textTable(columns, rows)}\n\n${all}`;
}

function countText(runs: number): string {
  return runs === 1 ? "1 run" : `${formatCount(runs)} runs`;
}

function sum(removals: readonly Removal[]): number {
  return removals.reduce((bytes, removal) => bytes + removal.bytes, 0);
}
