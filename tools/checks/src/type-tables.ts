import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TypeMapping } from "@osiris/core";
import { mysqlExtractor } from "@osiris/driver-mysql";

/** READMEs with a table of types, and the map that it is made of. */
export const TYPE_TABLES: Readonly<Record<string, readonly TypeMapping[] | undefined>> = {
  "components/mysql/README.md": mysqlExtractor.typeMap,
};

const BEGIN = "<!-- types: npm run docs:types -->";
const END = "<!-- end of types -->";

/** A README with its table of types as the code has it. */
export function withTypeTable(readme: string, types: readonly TypeMapping[]): string {
  const [before, rest = ""] = readme.split(BEGIN);
  const after = rest.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`a README with a table of types needs the lines ${BEGIN} and ${END}`);
  return `${before}${BEGIN}\n\n${typeTable(types)}\n\n${END}${after}`;
}

function typeTable(types: readonly TypeMapping[]): string {
  const rows = types.map(({ native, duckdb, only, note = "" }) => {
    const arrow = only === undefined ? "↔" : only === "read" ? "→" : "←";
    const cells = [`\`${native}\``, arrow, `\`${duckdb}\``, note];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return ["| server | | run | |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** Writes the tables into the repository at `root`. */
export function writeTypeTables(root: string): void {
  for (const [file, types = []] of Object.entries(TYPE_TABLES)) {
    const path = join(root, file);
    writeFileSync(path, withTypeTable(readFileSync(path, "utf8"), types));
  }
}
