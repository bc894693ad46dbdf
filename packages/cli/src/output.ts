import { renderFinding, type Finding } from "@osiris/compiler";
import type { OsirisError } from "@osiris/core";

/**
 * The two streams. With `--json` stdout carries exactly one JSON document and everything for people goes to stderr;
 * without it stdout carries a command's result, and stderr its progress and complaints.
 */
export class Output {
  readonly json: boolean;

  constructor(json: boolean) {
    this.json = json;
  }

  /** A command's result: the document with `--json`, else the text. */
  result(document: unknown, text: string): void {
    process.stdout.write(this.json ? `${JSON.stringify(document, null, 2)}\n` : ensureNewline(text));
  }

  /** Progress, warnings. */
  note(text: string): void {
    process.stderr.write(ensureNewline(text));
  }

  error(error: OsirisError, more: Readonly<Record<string, unknown>> = {}): void {
    const { code, category, message, hint } = error;
    this.note(`error: ${message} [${code}]${hint === undefined ? "" : `\n  help: ${hint}`}`);
    if (this.json) this.result({ status: "error", code, category, message, hint, ...more }, "");
  }

  findings(findings: readonly Finding[], source: string): void {
    this.note(findings.map((finding) => renderFinding(finding, source)).join("\n\n"));
    this.note(`\n${findings.length === 1 ? "1 mistake" : `${findings.length} mistakes`}; nothing was run.`);
    const document = {
      status: "error",
      code: "compile.failed",
      message: findings[0]?.message,
      findings: findings.map(({ place, ...finding }) => ({ ...finding, ...place })),
    };
    if (this.json) this.result(document, "");
  }
}

function ensureNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
