import { compile } from "@osiris/compiler";
import { parse } from "yaml";
import { median, timed } from "../median.ts";
import { benchComponents } from "./components.ts";
import { brokenPipelineText, pipelineText } from "./pipeline-text.ts";

/** What one process measures, in milliseconds. */
export interface Measurement {
  readonly steps: number;
  readonly first: number;
  readonly median: number;
  readonly parsing: number;
  readonly peakMegabytes: number;
  readonly findings: number;
}

async function measure(steps: number, broken: boolean): Promise<Measurement> {
  const text = broken ? brokenPipelineText(steps) : pipelineText(steps);
  const components = benchComponents();
  let findings = 0;
  const once = async (): Promise<void> => {
    const result = await compile({ text, file: "pipeline.yaml", components });
    findings = result.findings.length;
    if (result.ok === broken)
      throw new Error(`expected ${broken ? "mistakes" : "none"}: ${result.findings[0]?.message}`);
  };
  const first = await timed(once);
  const compiling: number[] = [];
  const parsing: number[] = [];
  for (let round = 0; round < (steps > 2_000 ? 5 : 9); round++) {
    parsing.push(await timed(() => parse(text)));
    compiling.push(await timed(once));
  }
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  return { steps, first, median: median(compiling), parsing: median(parsing), peakMegabytes, findings };
}

const [steps = "", kind = ""] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await measure(Number(steps), kind === "broken")));
