/** Preloaded into measured processes: leaves what the process took when it ends. */
import { writeFileSync } from "node:fs";

process.once("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const usage = { megabytes: maxRSS / 1024, cpuMilliseconds: (userCPUTime + systemCPUTime) / 1000 };
  writeFileSync(process.env["OSIRIS_BENCH_USAGE"] ?? "", JSON.stringify(usage));
});
