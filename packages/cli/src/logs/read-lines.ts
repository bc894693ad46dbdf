import { open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";
import { setTimeout } from "node:timers/promises";

const BLOCK_BYTES = 256 * 1024;
const WAIT_MS = 200;

/**
 * The lines of a file, some at a time, in flat memory. At its end it waits for more as long as `goesOn` says so. A last
 * line without its end is given, too.
 * No lines at all: it waits.
 */
export async function* readLines(file: string, goesOn: () => boolean): AsyncGenerator<readonly string[]> {
  const handle = await open(file);
  try {
    const decoder = new StringDecoder("utf8");
    const block = Buffer.alloc(BLOCK_BYTES);
    let rest = "";
    let isOver = false;
    for (;;) {
      const { bytesRead } = await handle.read(block);
      if (bytesRead > 0) {
        const lines = (rest + decoder.write(block.subarray(0, bytesRead))).split("\n");
        rest = lines.pop() ?? "";
        if (lines.length > 0) yield lines;
      } else if (isOver) {
        break;
      } else if (goesOn()) {
        yield [];
        await setTimeout(WAIT_MS);
      } else {
        // What was written between the last read and the end is still to be read.
        isOver = true;
      }
    }
    if (rest !== "") yield [rest];
  } finally {
    await handle.close();
  }
}
