import type { ConfigProblem } from "@osiris/core";
import type { MysqlWriterConfig } from "../config.ts";

/** Skeleton. */
export function writerProblems(_config: MysqlWriterConfig): readonly ConfigProblem[] {
  return [];
}
