import { writeSync } from "node:fs";
import type { Finding } from "@osiris/compiler";
import type { OsirisError } from "@osiris/core";
import { BackgroundWriter } from "./background-writer.ts";

/** Resolves with false when the reader has gone away. */
type Write = (text: string) => Promise<boolean>;

/**
 * The two streams. With `--json` stdout carries exactly one JSON document and everything for people goes to stderr;
 * without it stdout carries a command's result, and stderr its progress and complaints.
 */
export class Output {
  readonly json: boolean;
  /** For who draws on it; {@link note} is for the rest. */
  readonly stderr: BackgroundWriter = new BackgroundWriter(2);
  readonly #toStdout: Write;
  #help = "";
  #toNotes = (text: string): void => this.stderr.write(text);

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
    for await (const chunk of chunks) if (!(await this.part(chunk))) return;
  }

  /** What `--help` and `--version` say, which comes in pieces. {@link showHelp} hands it over. */
  help(text: string): void {
    this.#help += text;
  }

  async showHelp(): Promise<void> {
    await this.result(
      () => ({ text: this.#help.trimEnd() }),
      () => this.#help,
    );
  }

  /**
   * A part of a result that is too long to be held in one piece. Resolves when it has been handed over, with false when
   * nobody reads any more. Rejects as {@link result} does.
   */
  part(text: string): Promise<boolean> {
    return this.#toStdout(text);
  }

  /** Progress, warnings. Never fails. */
  note(text: string): void {
    this.#toNotes(ensureNewline(text));
  }

  /** For programs that read stderr: from now on each note is a line of JSON. */
  notesAsJson(): void {
    this.#toNotes = (text) => {
      const note = { ts: new Date().toISOString(), event: "note", message: text.trim() };
      this.stderr.write(`${JSON.stringify(note)}\n`);
    };
  }

  /** Gives notes to somebody else until it is disposed. */
  divertNotes(take: (text: string) => void): Disposable {
    const before = this.#toNotes;
    this.#toNotes = take;
    return {
      [Symbol.dispose]: () => {
        this.#toNotes = before;
      },
    };
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
    await this.showFindings(findings);
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
  async showFindings(findings: readonly Finding[]): Promise<void> {
    const renderFinding = await findingRenderer();
    const shown = findings.slice(0, MAX_SHOWN).map(renderFinding);
    const more = findings.length - shown.length;
    if (more > 0) shown.push(`… and ${more} more; --json gives all of them.`);
    this.note(shown.join("\n\n"));
  }

  /** What is doubtful about a file that can be used. */
  async warnings(findings: readonly Finding[]): Promise<void> {
    const renderFinding = await findingRenderer();
    for (const finding of findings.slice(0, MAX_SHOWN)) this.note(`${renderFinding(finding)}\n`);
  }

  /** Resolves when all notes have been handed over. */
  async flush(): Promise<void> {
    await this.stderr.flush();
  }
}

/** Who has findings has loaded the compiler already; who asks for help does not wait for it. */
async function findingRenderer(): Promise<(finding: Finding) => string> {
  const { renderFinding } = await import("@osiris/compiler");
  return renderFinding;
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

function writer(stream: NodeJS.WriteStream): Write {
  const write = stream.write.bind(stream);
  return (text) =>
    new Promise((resolve, reject) => {
      write(text, (error) => {
        const isGone = error instanceof Error && "code" in error && error.code === "EPIPE";
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
