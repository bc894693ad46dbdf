import { listRuns } from "@osiris/runtime";
import type { DoctorCheck } from "../doctor-check.ts";

const SHOWN = 5;

/** Runs whose process is gone, and that nobody has told. */
export const killedRunsCheck: DoctorCheck = {
  id: "runs",
  run({ sessions }) {
    const killed = listRuns(sessions).filter(({ status }) => status === "killed");
    if (killed.length === 0) return [];
    const ids = killed.slice(0, SHOWN).map(({ run_id }) => run_id);
    const more = killed.length > SHOWN ? ` and ${killed.length - SHOWN} more` : "";
    const count = killed.length === 1 ? "1 run was" : `${killed.length} runs were`;
    const message = `${count} killed on the way: ${ids.join(", ")}${more}`;
    const remedy =
      "Go on with one: osiris run --resume <id>. Look into it: osiris query --run <id>. Or remove them: osiris clean.";
    return [{ status: "warning", message, remedy }];
  },
};
