import { writeSync } from "node:fs";
import { renderFinding, type Finding } from "@osiris/compiler";
import type { OsirisError } from "@osiris/core";

/** Resolves with whether somebody is still reading. */
type Write = (text: string) => Promise<boolean>;

/**
 * The two streams. With `--json` stdout carries exactly one JSON document and everything for people goes to stderr;
 * without it stdout carries a command's result, and stderr its progress and complaints.
 */
export class Output {
  readonly json: boolean;
  readonly #toStdout: Write;
  #lastNote: Promise<void> = Promise.resolve();

  constructor(json: boolean) {
    this.json = json;
    this.#toStdout = writer(process.stdout);
    // A reader who goes away (`| head`) or a full disk behind stderr is no reason to stop a run.
    process.stderr.on("error", () => undefined);
    process.stdout.on("error", () => undefined);
    // What a driver prints must not get into the document.
    if (json) process.stdout.write = process.stderr.write.bind(process.stderr);
  }

  /**
   * A command's result: the document with `--json`, else the text. Resolves when it has been handed over.
   * Rejects when it cannot be (a full disk); a reader who has gone away is content with what it got.
   */
  async result(document: () => unknown, text: () => string): Promise<void> {
    await this.#toStdout(this.json ? `${JSON.stringify(document(), null, 2)}\n` : ensureNewline(text()));
  }

  /** A result that comes in pieces, one document with `--json` or a text. It ends early when the reader has gone away. */
  async stream(chunks: AsyncIterable<string>): Promise<void> {
    for await (const chunk of chunks) {
      if (!(await this.#toStdout(chunk))) return;
    }
  }

  /** Progress, warnings. Never fails. */
  note(text: string): void {
    const write = writer(process.stderr);
    this.#lastNote = write(ensureNewline(text)).then(
      () => undefined,
      () => undefined,
    );
  }

  async error(error: OsirisError): Promise<void> {
    const { code, category, message, hint } = error;
    this.note(`error: ${message} [${code}]${hint === undefined ? "" : `\n  help: ${hint}`}`);
    if (this.json) await this.result(() => ({ status: "error", code, category, message, hint }), String);
  }

  /** For a process that is ending already, where nothing can be awaited. */
  errorAtExit(error: OsirisError): void {
    const { code, category, message } = error;
    writeOrGiveUp(2, `error: ${message} [${code}]\n`);
    if (!this.json) return;
    writeOrGiveUp(1, `${JSON.stringify({ status: "error", code, category, message }, null, 2)}\n`);
  }

  /** What is wrong with a file: the end of a command. */
  async findings(findings: readonly Finding[]): Promise<void> {
    this.showFindings(findings);
    this.note(`\n${mistakes(findings)}; nothing was run.`);
    const document = {
      status: "error",
      code: "compile.failed",
      category: "usage",
      message: findings.find(({ severity }) => severity === "error")?.message,
      findings: findings.map(findingDocument),
    };
    if (this.json) await this.result(() => document, String);
  }

  /** Findings for people, as many as anybody reads. */
  showFindings(findings: readonly Finding[]): void {
    const shown = findings.slice(0, MAX_SHOWN).map(renderFinding);
    const more = findings.length - shown.length;
    if (more > 0) shown.push(`… and ${more} more; --json gives all of them.`);
    this.note(shown.join("\n\n"));
  }

  /** What is doubtful about a file that can be used. */
  warnings(findings: readonly Finding[]): void {
    for (const finding of findings.slice(0, MAX_SHOWN)) this.note(`${renderFinding(finding)}\n`);
  }

  /** Resolves when all notes have been handed over. */
  async flush(): Promise<void> {
    await this.#lastNote;
  }
}

/** More than anybody reads; a file that is wrong everywhere has thousands. */
const MAX_SHOWN = 100;

/** How many of the findings are errors, in words. */
export function mistakes(findings: readonly Finding[]): string {
  const count = findings.filter(({ severity }) => severity === "error").length;
  return count === 1 ? "1 mistake" : `${count} mistakes`;
}

/** A finding with its position, for editors and CI. */
export function findingDocument({ place, excerpt, ...finding }: Finding): object {
  const { file, line, column, endLine, endColumn } = place;
  return { ...finding, file, line, column, end_line: endLine, end_column: endColumn, text: excerpt.text };
}

/** The codes of a reader that has gone away: found out, and known since. */
const GONE: ReadonlySet<string | undefined> = new Set(["EPIPE", "ERR_STREAM_DESTROYED"]);

function writer(stream: NodeJS.WriteStream): Write {
  const write = stream.write.bind(stream);
  return (text) =>
    new Promise((resolve, reject) => {
      write(text, (error) => {
        const isGone = error instanceof Error && GONE.has((error as NodeJS.ErrnoException).code);
        if (error && !isGone) reject(error);
        else resolve(!isGone);
      });
    });
}

function ensureNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

/** An error here would keep the process from ending. */
function writeOrGiveUp(stream: 1 | 2, text: string): void {
  try {
    writeSync(stream, text);
  } catch {
    // The stream is full or gone, and nobody is left to be told.
  }
}
