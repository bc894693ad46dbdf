import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "../median.ts";
import { inOwnProcess, OSIRIS, type Measured } from "../own-process.ts";
import { COLUMNS, pipelineText, writeInput } from "./input.ts";

const SIZES = "10000,1000000";
/** Rows that make a file of about 1 KB, 1 MB and 10 MB. */
const SMALL = [12, 11_000, 110_000];

/** A way from the file to the file. */
interface Contender {
  readonly name: string;
  readonly command: (folder: string) => readonly string[];
}

const bare = (what: string): Contender["command"] => {
  const script = join(import.meta.dirname, "bare-duckdb.ts");
  return (folder) => [script, what, folder];
};

const CONTENDERS: readonly Contender[] = [
  { name: "DuckDB, three statements", command: bare("three") },
  { name: "DuckDB, one streaming COPY", command: bare("one") },
  { name: "osiris run, declared types", command: () => [OSIRIS, "run", "declared.yaml"] },
  { name: "osiris run, found types", command: () => [OSIRIS, "run", "found.yaml"] },
];

/**
 * CSV -> SQL -> CSV by `osiris run`, against the same three statements in bare DuckDB. Each is a process of its own, from
 * its start to its end; rounds are interleaved, so that a busy machine is busy for all.
 */
export async function benchCsv(args: readonly string[]): Promise<void> {
  const options = {
    rows: { type: "string", default: SIZES },
    rounds: { type: "string", default: "5" },
  } as const;
  const { values } = parseArgs({ args: [...args], options });
  const folder = mkdtempSync(join(tmpdir(), "osiris-bench-"));
  try {
    mkdirSync(join(folder, "out"));
    writeFileSync(join(folder, "declared.yaml"), pipelineText(COLUMNS));
    writeFileSync(join(folder, "found.yaml"), pipelineText());
    for (const rows of values.rows.split(",").map(Number))
      await benchSize(rows, Number(values.rounds), folder);
    await benchStart(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function benchSize(rows: number, rounds: number, folder: string): Promise<void> {
  await writeInput(rows, folder);
  const size = (statSync(join(folder, "in.csv")).size / 1e6).toFixed(1);
  process.stdout.write(`\n${rows.toLocaleString("en")} rows, ${size} MB\n`);
  row("", "median ms", "× three", "peak MB");
  const measured = CONTENDERS.map((): Measured[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { command }] of CONTENDERS.entries()) {
      measured[index]?.push(await run(command(folder), folder));
    }
  }
  const times = measured.map((all) => median(all.map(({ milliseconds }) => milliseconds)));
  CONTENDERS.forEach(({ name }, index) => {
    const time = times[index] ?? NaN;
    const peak = Math.max(...(measured[index] ?? []).map(({ megabytes }) => megabytes));
    row(name, time.toFixed(0), (time / (times[0] ?? NaN)).toFixed(2), peak.toFixed(0));
  });
}

/** What a run costs that has next to nothing to do. */
async function benchStart(folder: string): Promise<void> {
  process.stdout.write("\nsmall files\n");
  row("", "median ms", "× node", "peak MB");
  const node = await repeated(["-e", "0"], folder);
  row("node -e 0", node.milliseconds.toFixed(0), "1.00", node.megabytes.toFixed(0));
  for (const rows of SMALL) {
    await writeInput(rows, folder);
    const { milliseconds, megabytes } = await repeated([OSIRIS, "run", "found.yaml"], folder);
    const size = `osiris run, ${(statSync(join(folder, "in.csv")).size / 1000).toFixed(0)} KB`;
    row(size, milliseconds.toFixed(0), (milliseconds / node.milliseconds).toFixed(2), megabytes.toFixed(0));
  }
}

async function repeated(
  command: readonly string[],
  folder: string,
): Promise<Pick<Measured, "milliseconds" | "megabytes">> {
  const all: Measured[] = [];
  for (let round = 0; round < 7; round++) all.push(await run(command, folder));
  return {
    milliseconds: median(all.map(({ milliseconds }) => milliseconds)),
    megabytes: Math.max(...all.map(({ megabytes }) => megabytes)),
  };
}

function run(args: readonly string[], folder: string): Promise<Measured> {
  rmSync(join(folder, ".osiris_sessions"), { recursive: true, force: true });
  return inOwnProcess(args, folder);
}

function row(name: string, ...cells: readonly string[]): void {
  process.stdout.write(`${name.padEnd(30)}${cells.map((cell) => cell.padStart(11)).join("")}\n`);
}
