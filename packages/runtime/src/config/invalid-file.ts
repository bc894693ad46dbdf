import type { Finding } from "@osiris/compiler";
import { OsirisError } from "@osiris/core";

/** A file of the project's own that cannot be used; `findings` say where and why. */
export class InvalidFileError extends OsirisError {
  readonly findings: readonly Finding[];

  constructor(code: string, findings: readonly Finding[]) {
    const [first] = findings;
    const where =
      first === undefined ? "" : `${first.place.file}:${first.place.line}:${first.place.column}: `;
    super({ code, category: "usage", message: `${where}${first?.message ?? "The file cannot be used"}` });
    this.findings = findings;
  }
}
