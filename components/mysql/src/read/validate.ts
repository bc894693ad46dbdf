import type { ConfigProblem } from "@osiris/core";
import type { MysqlExtractorConfig } from "../config.ts";

/** Skeleton. */
export function extractorProblems(_config: MysqlExtractorConfig): readonly ConfigProblem[] {
  return [];
}
