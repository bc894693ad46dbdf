import { parseArgs } from "node:util";
import { parseJson } from "@osiris/http";
import { median, timed } from "../median.ts";
import { CONTENTS, page } from "./pages.ts";

const PAGE_ROWS = 1_000;
/** A page takes less than a millisecond: too short to be measured alone. */
const PAGES = 20;

/** What numbers without loss cost: parseJson beside JSON.parse, and beside what a reviver would take. */
export async function benchLossless(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: "string", default: "25" } } });
  row("fields", "content", "KB a page", "parse ms", "parseJson ms", "× parse", "reviver ×");
  for (const fields of [5, 16]) {
    for (const content of CONTENTS) {
      const pages = Array.from({ length: PAGES }, (_, number) =>
        Buffer.from(page(content, fields, PAGE_ROWS, number)),
      );
      const [parsing = 0, lossless = 0, reviving = 0] = await inTurns(pages, Number(values.rounds));
      row(
        String(fields),
        content,
        ((pages[0]?.length ?? 0) / 1000).toFixed(0),
        parsing.toFixed(2),
        lossless.toFixed(2),
        (lossless / parsing).toFixed(2),
        (reviving / parsing).toFixed(2),
      );
    }
  }
}

const WAYS: readonly ((text: string) => unknown)[] = [
  (text) => JSON.parse(text),
  parseJson,
  // The least that a reviver must do.
  (text) => JSON.parse(text, (_key, value: unknown) => value),
];

/** The median milliseconds of a page, by way. */
async function inTurns(pages: readonly Buffer[], rounds: number): Promise<readonly number[]> {
  const times = WAYS.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, way] of WAYS.entries()) {
      // Texts are new each time, as those of answers are.
      const texts = pages.map(String);
      times[index]?.push((await timed(() => texts.forEach(way))) / PAGES);
    }
  }
  return times.map(median);
}

function row(...cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell) => cell.padStart(14)).join("")}\n`);
}
