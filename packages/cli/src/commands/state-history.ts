import { isDeepStrictEqual } from "node:util";
import { authorText, type StateVersion } from "@osiris/runtime";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { existingState, openStateStore, pipelineKey, type StateOptions } from "../state-access.ts";
import { textTable } from "../text-table.ts";

export async function stateHistoryCommand(
  pipeline: string,
  options: StateOptions,
  output: Output,
): Promise<ExitCode> {
  const store = openStateStore(options.stateDir);
  const key = pipelineKey(pipeline, options);
  const { state } = await existingState(store, key);
  const versions = await state.history();
  const columns = [
    { title: "version", align: "right" },
    { title: "committed at" },
    { title: "by" },
    { title: "changes" },
  ] as const;
  const rows = versions.map((version, index) => [
    String(version.version),
    version.committed_at,
    authorText(version.by),
    changes(version, versions[index + 1]),
  ]);
  await output.result(
    () => ({ folder: store.place, ...key, versions }),
    () => textTable(columns, rows),
  );
  return EXIT.ok;
}

/** What a version has changed, in words. Of the oldest that is kept nobody knows, unless it is the first. */
function changes({ version, steps }: StateVersion, before: StateVersion | undefined): string {
  if (before === undefined && version > 1) return "";
  const old = before?.steps ?? {};
  const changed = Object.keys(steps).filter((step) => !isDeepStrictEqual(steps[step], old[step]));
  const forgotten = Object.keys(old).filter((step) => !Object.hasOwn(steps, step));
  const parts = [
    ...(changed.length > 0 ? [`set ${changed.join(", ")}`] : []),
    ...(forgotten.length > 0 ? [`forgot ${forgotten.join(", ")}`] : []),
  ];
  return parts.join("; ");
}
