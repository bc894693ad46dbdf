import type { Column } from "../contract.ts";
import { OsirisError } from "../errors.ts";
import { foldCase } from "../identifiers.ts";
import { REJECTS } from "./rejects.ts";

const OUTPUT_NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** @throws OsirisError `table.misuse` for a name that no output of a driver's own can have */
export function assertOutput(output: string | undefined): void {
  if (output !== undefined && !OUTPUT_NAME.test(output)) {
    throw misuse(`"${output}" cannot name an output: use a-z, 0-9 and _, starting with a letter`);
  }
  if (output === REJECTS) throw misuse(`the output "${REJECTS}" is made by ctx.openRejects()`);
}

/** @throws OsirisError `table.misuse` for columns that no table can have; their types are not looked at */
export function assertColumns(columns: readonly Column[], stepId: string): void {
  if (columns.length === 0) throw misuse(`step "${stepId}" created a table without columns`);
  assertUniqueNames(columns.map(({ name }) => name));
}

/** @throws OsirisError `table.misuse` for two names that are one to DuckDB */
export function assertUniqueNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const key = foldCase(name);
    if (seen.has(key)) throw misuse(`two columns are called "${name}" (DuckDB ignores case in names)`);
    seen.add(key);
  }
}

export function misuse(message: string): OsirisError {
  return new OsirisError({ code: "table.misuse", category: "internal", message });
}
