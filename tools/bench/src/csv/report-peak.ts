/** Preloaded into measured processes: leaves the most memory that the process ever had, in KiB. */
import { writeFileSync } from "node:fs";

process.once("exit", () => {
  writeFileSync(process.env["OSIRIS_BENCH_PEAK"] ?? "", String(process.resourceUsage().maxRSS));
});
