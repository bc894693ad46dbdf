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
  /** Whether the cursor is left visible. */
  readonly cursor: boolean;
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
  const child = spawn(file as string, words as string[], { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
  let bytes = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    bytes += text;
    const width = RESIZE.exec(text)?.[1];
    terminal.write(text, () => {
      if (width !== undefined) terminal.resize(Number(width), rows);
    });
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  await new Promise<void>((resolve) => terminal.write("", resolve));
  const buffer = terminal.buffer.active;
  const lines = Array.from(
    { length: buffer.length },
    (_, row) => buffer.getLine(row)?.translateToString(true) ?? "",
  );
  while (lines.at(-1) === "") lines.pop();
  return {
    exitCode,
    lines,
    bytes,
    cursor: bytes.lastIndexOf("\u001B[?25l") <= bytes.lastIndexOf("\u001B[?25h"),
  };
}
