import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { median } from "../median.ts";
import { inOwnProcess, OSIRIS, type Measured } from "../own-process.ts";
import { PAGE_ROWS, QUERY, SCHEMA } from "./api.ts";

/** A way to read all pages, and how long it took without the start and end of its process. */
interface Contender {
  readonly name: string;
  readonly command: (url: string, pages: number) => readonly string[];
  /** In milliseconds. */
  readonly worked: (stdout: string, rows: number) => number;
}

const CONTENDERS: readonly Contender[] = [
  {
    name: "fetch, thrown away",
    command: (url, pages) => [join(import.meta.dirname, "fetch-pages.ts"), url, String(pages)],
    worked: (stdout) => (JSON.parse(stdout) as { milliseconds: number }).milliseconds,
  },
  { name: "osiris run", command: () => [OSIRIS, "run", "plain.yaml", "--json"], worked: stepTime },
  { name: "osiris run, schema", command: () => [OSIRIS, "run", "schema.yaml", "--json"], worked: stepTime },
];

/** Pages of a GraphQL API into a table by `osiris run`, against reading the same pages and throwing them away. */
export async function benchGraphql(args: readonly string[]): Promise<void> {
  const options = {
    rows: { type: "string", default: "100000,1000000" },
    rounds: { type: "string", default: "3" },
    servers: { type: "string", default: "made,executed" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const folder = mkdtempSync(join(tmpdir(), "osiris-bench-"));
  try {
    for (const kind of values.servers.split(",")) {
      for (const rows of values.rows.split(",").map(Number)) {
        const pages = Math.ceil(rows / PAGE_ROWS);
        await withServer(kind, pages, (url) => benchSize(url, pages, Number(values.rounds), folder));
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withServer(kind: string, pages: number, work: (url: string) => Promise<void>): Promise<void> {
  const script = join(import.meta.dirname, "server.ts");
  const child = spawn(process.execPath, [script, kind, String(pages)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const [url] = (await once(createInterface(child.stdout), "line")) as [string];
    process.stdout.write(`\n${(pages * PAGE_ROWS).toLocaleString("en")} rows, pages ${kind}\n`);
    await work(url);
  } finally {
    child.kill();
  }
}

async function benchSize(url: string, pages: number, rounds: number, folder: string): Promise<void> {
  writeFileSync(join(folder, "schema.graphql"), SCHEMA);
  writeFileSync(join(folder, "plain.yaml"), pipelineText(url, {}));
  writeFileSync(join(folder, "schema.yaml"), pipelineText(url, { schema: "schema.graphql" }));
  const measured = CONTENDERS.map((): Round[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { command, worked }] of CONTENDERS.entries()) {
      const outcome = await inOwnProcess(command(url, pages), folder);
      measured[index]?.push({ ...outcome, worked: worked(outcome.stdout, pages * PAGE_ROWS) });
      rmSync(join(folder, ".osiris_sessions"), { recursive: true, force: true });
    }
  }
  report(measured);
}

interface Round extends Measured {
  readonly worked: number;
}

function report(measured: readonly (readonly Round[])[]): void {
  row("", "s", "× fetch", "step s", "× fetch", "cpu s", "peak MB");
  const medians = measured.map((rounds) => ({
    milliseconds: median(rounds.map(({ milliseconds }) => milliseconds)),
    worked: median(rounds.map(({ worked }) => worked)),
    cpu: median(rounds.map(({ cpuMilliseconds }) => cpuMilliseconds)),
    peak: Math.max(...rounds.map(({ megabytes }) => megabytes)),
  }));
  const [base] = medians;
  for (const [index, { milliseconds, worked, cpu, peak }] of medians.entries()) {
    row(
      CONTENDERS[index]?.name ?? "",
      (milliseconds / 1000).toFixed(2),
      (milliseconds / (base?.milliseconds ?? NaN)).toFixed(2),
      (worked / 1000).toFixed(2),
      (worked / (base?.worked ?? NaN)).toFixed(2),
      (cpu / 1000).toFixed(2),
      peak.toFixed(0),
    );
  }
}

/** The step's own time. All rows have to be there. */
function stepTime(stdout: string, rows: number): number {
  const { steps } = JSON.parse(stdout) as { steps: readonly { rows_out: number; duration_ms: number }[] };
  if (steps[0]?.rows_out !== rows) throw new Error(`${steps[0]?.rows_out} rows instead of ${rows}`);
  return steps[0].duration_ms;
}

/** JSON is YAML. */
function pipelineText(endpoint: string, more: Readonly<Record<string, string>>): string {
  const config = { endpoint, query: QUERY, ...more };
  const step = { id: "films", component: "graphql.extractor", mode: "read", config };
  return JSON.stringify({ oml_version: "0.1.0", name: "bench", steps: [step] });
}

function row(name: string, ...cells: readonly string[]): void {
  process.stdout.write(`${name.padEnd(24)}${cells.map((cell) => cell.padStart(10)).join("")}\n`);
}
