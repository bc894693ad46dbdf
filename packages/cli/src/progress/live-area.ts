import { cutText, textWidth } from "../text-width.ts";
import type { BackgroundWriter } from "../background-writer.ts";

/** The size of a terminal. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The last lines of a terminal, drawn again and again, with lines above them that stay. Each frame is one write, and
 * the next is not made before the last was taken: a slow terminal sees fewer frames, never half ones. The cursor is not
 * hidden, so no way to end can leave it hidden; it waits in the line below.
 */
export class LiveArea {
  readonly #writer: BackgroundWriter;
  readonly #screen: () => Screen;
  #above: string[] = [];
  /** The widths of the lines that are on the screen. */
  #drawn: readonly number[] = [];

  constructor(writer: BackgroundWriter, screen: () => Screen) {
    this.#writer = writer;
    this.#screen = screen;
  }

  /** Puts lines above the area, with the next frame. */
  print(text: string): void {
    this.#above.push(...text.replace(/\n$/, "").split("\n"));
    // Nobody has taken a frame for long.
    if (this.#above.length > MAX_ABOVE) this.#above.splice(0, this.#above.length - MAX_ABOVE, MISSING);
  }

  /** Draws what `lines` gives for the present size of the terminal. Does nothing while the last frame is on its way. */
  draw(lines: (screen: Screen) => readonly string[]): void {
    if (this.#writer.isBusy) return;
    const screen = this.#screen();
    // The line of the cursor, and one of what was there before.
    const shown = fewer(lines(screen), Math.max(1, screen.rows - 2), screen.columns - 1);
    const above = this.#above.length === 0 ? "" : `\u001B[J${this.#above.join("\n")}\n`;
    this.#writer.write(`${this.#back(screen.columns)}${above}${shown.map(ended).join("")}\u001B[J`);
    this.#above = [];
    this.#drawn = shown.map(textWidth);
  }

  /** What is on the screen has moved: somebody else has written there. */
  forget(): void {
    this.#drawn = [];
  }

  /** Takes the area away, leaves the lines above it. */
  async end(): Promise<void> {
    await this.#writer.flush();
    this.draw(() => []);
    await this.#writer.flush();
  }

  /** To the beginning of the area. Terminals fold lines anew that no longer fit, so they may be more than were drawn. */
  #back(columns: number): string {
    const rows = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    return rows === 0 ? "\r" : `\u001B[${rows}A\r`;
  }
}

const MAX_ABOVE = 10_000;
const MISSING = "… lines are missing here; osiris logs has them.";

function ended(line: string): string {
  return `${line}\u001B[K\n`;
}

function fewer(lines: readonly string[], most: number, width: number): readonly string[] {
  if (lines.length <= most) return lines;
  const shown = lines.slice(0, most - 1);
  return [...shown, cutText(`… and ${lines.length - shown.length} more`, width)];
}
