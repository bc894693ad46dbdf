import type { ManifestStep } from "@osiris/compiler";
import { OsirisError, type Reject, type RejectWriter } from "@osiris/core";

/**
 * Counts rejects while they come, where it is known then how many are too many: there is no use in going on, and a writer must
 * not commit.
 * @param all the rows that a writer is given; undefined: how many there are is known when the step has ended
 */
export function limitRejects(
  writer: RejectWriter,
  step: ManifestStep,
  all: number | undefined,
): RejectWriter {
  const limit = step.max_rejects;
  if (limit === undefined || (typeof limit !== "number" && all === undefined)) return writer;
  return {
    get rows() {
      return writer.rows;
    },
    add: (reject: Reject) => {
      writer.add(reject);
      assertRejects(step, writer.rows, all ?? 0);
    },
  };
}

/** @param all the rows rejected and those that were not */
export function assertRejects(step: ManifestStep, rejected: number, all: number): void {
  const limit = step.max_rejects;
  if (limit === undefined || rejected === 0) return;
  if (typeof limit === "number") {
    if (rejected > limit) throw tooMany(step, rejected, `at most ${limit} may be`);
    return;
  }
  const share = (100 * rejected) / all;
  if (share > Number.parseFloat(limit)) {
    throw tooMany(step, rejected, `of ${all} in all, which is ${share.toFixed(2)}%; at most ${limit} may be`);
  }
}

function tooMany(step: ManifestStep, rejected: number, limit: string): OsirisError {
  return new OsirisError({
    code: "step.too_many_rejects",
    category: "data",
    message: `Step "${step.id}" has rejected ${rejected} ${rejected === 1 ? "row" : "rows"}; ${limit} (max_rejects)`,
    hint: `See why: osiris rejects show ${step.id}. Mend the data, or raise max_rejects.`,
  });
}
