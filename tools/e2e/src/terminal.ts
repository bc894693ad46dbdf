import { spawn } from "node:child_process";
import { once } from "node:events";
import xterm from "@xterm/headless";
import { BIN } from "./osiris.ts";

export interface TerminalOptions {
  /** @default 80 */
  readonly columns?: number;
  /** @default 24 */
  readonly rows?: number;
  /** Environment variables over those of this process. */
  readonly variables?: Readonly<Record<string, string>>;
  /** What stands behind the command in the shell, such as `2>file`. */
  readonly redirect?: string;
}

/** What a person would see. */
export interface Screen {
  readonly exitCode: number | null;
  /** Every line of the terminal and of what has scrolled off, without trailing blanks. */
  readonly lines: readonly string[];
  /** All that was sent to it. */
  readonly bytes: string;
  /** What could be seen on it at one time or another. */
  readonly moments: readonly string[];
}

/** A driver can print it to let the terminal be made so many columns wide: `RESIZE_TO:40`. */
const RESIZE = /RESIZE_TO:(\d+)/;

/** Runs the built command on a terminal, as a person would, and gives what is on it at the end. */
export async function osirisOnTerminal(
  cwd: string,
  args: readonly string[],
  { columns = 80, rows = 24, variables = {}, redirect = "" }: TerminalOptions = {},
): Promise<Screen> {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 10_000 });
  const command = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(" ");
  const {
    CI: _ci,
    NO_COLOR: _noColor,
    FORCE_COLOR: _forceColor,
    OSIRIS_SESSIONS: _sessions,
    ...inherited
  } = process.env;
  const env = { ...inherited, TERM: "xterm-256color", ...variables };
  const shell = `stty cols ${columns} rows ${rows} -echo; exec ${command} ${redirect}`;
  const [file, words] =
    process.platform === "darwin"
      ? ["script", ["-q", "/dev/null", "sh", "-c", shell]]
      : ["script", ["-qec", shell, "/dev/null"]];
  const child = spawn(file, words, { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
  const moments: string[] = [];
  let bytes = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    bytes += text;
    const width = RESIZE.exec(text)?.[1];
    terminal.write(text, () => {
      moments.push(visible(terminal).join("\n"));
      if (width !== undefined) terminal.resize(Number(width), rows);
    });
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  await new Promise<void>((resolve) => terminal.write("", resolve));
  return { exitCode, lines: textOf(terminal, 0), bytes, moments };
}

function visible(terminal: InstanceType<typeof xterm.Terminal>): readonly string[] {
  return textOf(terminal, terminal.buffer.active.baseY);
}

function textOf({ buffer }: InstanceType<typeof xterm.Terminal>, from: number): readonly string[] {
  const { active } = buffer;
  const lines: string[] = [];
  for (let row = from; row < active.length; row++) {
    const line = active.getLine(row);
    const text = line?.translateToString(true) ?? "";
    // The rest of a line that was too long for the terminal.
    if (line?.isWrapped === true) lines.push(`${lines.pop() ?? ""}${text}`);
    else lines.push(text);
  }
  while (lines.at(-1) === "") lines.pop();
  return lines;
}
