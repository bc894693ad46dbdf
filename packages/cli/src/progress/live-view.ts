import type { RunEvent } from "@osiris/runtime";
import type { Output } from "../output.ts";
import type { Paint } from "../style.ts";
import { textWidth } from "../text-width.ts";
import { captureOutput } from "./captured-output.ts";
import { endLine, plainLines, noticeLine } from "./event-line.ts";
import { LiveArea, type Screen } from "./live-area.ts";
import { liveLines } from "./live-lines.ts";
import type { RunningSteps } from "./running-steps.ts";
import type { RunView } from "./run-view.ts";

const FRAME_MS = 100;
/** Where the font is the console's own it has no Braille. */
const FRAMES = process.env["TERM"] === "linux" ? ["|", "/", "-", "\\"] : "⠋ ⠙ ⠹ ⠸ ⠼ ⠴ ⠦ ⠧ ⠇ ⠏".split(" ");
/** The part of a line that ids may take when steps have ended: the numbers behind them stay in one column. */
const NAME_SHARE = 0.4;

/** A terminal: a line for each running step that moves, and above them what is over. */
export class LiveView implements RunView {
  readonly keepsSteps = true;
  readonly #area: LiveArea;
  readonly #steps: RunningSteps;
  readonly #paint: Paint;
  readonly #nameWidth: number;
  readonly #timer: NodeJS.Timeout;
  readonly #captured: Disposable;
  readonly #notes: Disposable;
  #frame = 0;

  /** @param stepIds all steps of the run */
  constructor(
    { output, paint }: { readonly output: Output; readonly paint: Paint },
    steps: RunningSteps,
    stepIds: readonly string[],
    screen: () => Screen,
  ) {
    this.#area = new LiveArea(output.stderr, screen);
    this.#steps = steps;
    this.#paint = paint;
    const longest = Math.max(0, ...stepIds.map(textWidth));
    this.#nameWidth = Math.min(longest, Math.max(8, Math.floor(screen().columns * NAME_SHARE)));
    this.#timer = setInterval(this.#next, FRAME_MS);
    // With --json what is printed to stdout goes to stderr.
    const terminals = [process.stdout, process.stderr].filter(({ isTTY }) => isTTY || output.json);
    this.#captured = captureOutput(terminals, (line) => this.#area.print(plainLines(line)));
    this.#notes = output.divertNotes((text) => this.#print(text));
    process.stderr.on("resize", this.#draw);
    process.on("SIGCONT", this.#resumed);
  }

  onEvent(event: RunEvent): void {
    this.#steps.onEvent(event);
    const line = noticeLine(event, this.#paint) ?? endLine(event, this.#nameWidth, this.#paint);
    if (line !== undefined) this.#print(line);
  }

  #print(text: string): void {
    this.#area.print(text);
    this.#draw();
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    process.stderr.off("resize", this.#draw);
    process.off("SIGCONT", this.#resumed);
    this.#captured[Symbol.dispose]();
    this.#notes[Symbol.dispose]();
    await this.#area.end();
  }

  readonly #draw = (): void => {
    const frame = FRAMES[this.#frame % FRAMES.length] ?? "";
    this.#area.draw(({ columns }) => liveLines(this.#steps.now(), columns, { frame, paint: this.#paint }));
  };

  readonly #next = (): void => {
    this.#frame += 1;
    this.#draw();
  };

  /** After Ctrl-Z and `fg` the shell has written below the area. */
  readonly #resumed = (): void => {
    this.#area.forget();
    this.#draw();
  };
}
