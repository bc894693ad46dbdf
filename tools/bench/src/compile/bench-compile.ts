import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { median, timed } from "../median.ts";
import type { Measurement } from "./measure.ts";
import { pipelineText } from "./pipeline-text.ts";

const run = promisify(execFile);
const OSIRIS = join(
  dirname(createRequire(import.meta.url).resolve("@osiris/cli/package.json")),
  "bin/osiris.js",
);
const SIZES = "50,100,500,1000,5000";

/** How long compiling takes, by the number of steps. */
export async function benchCompile(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { steps: { type: "string", default: SIZES } } });
  const sizes = values.steps.split(",").map(Number);
  const most = Math.max(...sizes);
  row("steps", "first ms", "median ms", "ms/step", "× parsing", "peak MB", "findings");
  for (const size of sizes) show(await inOwnProcess(size, "good"));
  show(await inOwnProcess(most, "broken"));
  await benchCommands(most);
}

async function inOwnProcess(steps: number, kind: "good" | "broken"): Promise<Measurement> {
  const script = join(import.meta.dirname, "measure.ts");
  const { stdout } = await run(process.execPath, [script, String(steps), kind]);
  return JSON.parse(stdout) as Measurement;
}

function show({ steps, first, median, parsing, peakMegabytes, findings }: Measurement): void {
  const perStep = (median / steps).toFixed(3);
  const cells = [
    first.toFixed(0),
    median.toFixed(1),
    perStep,
    (median / parsing).toFixed(2),
    peakMegabytes.toFixed(0),
  ];
  row(String(steps), ...cells, String(findings));
}

async function benchCommands(steps: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "osiris-bench-"));
  try {
    writeFileSync(join(folder, "pipeline.yaml"), pipelineText(steps));
    const node = async (...command: readonly string[]): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < 5; round++)
        times.push(await timed(() => run(process.execPath, command, { cwd: folder })));
      return median(times);
    };
    const start = await node("-e", "0");
    const version = await node(OSIRIS, "version");
    const validate = await node(OSIRIS, "validate", "pipeline.yaml");
    process.stdout.write(`\nnode -e 0                      ${start.toFixed(0)} ms\n`);
    process.stdout.write(`osiris version                 ${version.toFixed(0)} ms\n`);
    process.stdout.write(`osiris validate (${steps} steps)   ${validate.toFixed(0)} ms\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function row(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell) => cell.padStart(11)).join("")}\n`);
}
