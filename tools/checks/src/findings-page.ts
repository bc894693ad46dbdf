import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FINDING_CODES, type FindingCodeEntry } from "@osiris/compiler";

export const FINDINGS_PAGE = "docs/reference/findings.md";

/** What the codes of a group are about, by the part before the dot. */
const GROUPS: Readonly<Record<string, string>> = {
  yaml: "The file as YAML",
  oml: "The pipeline file",
  file: "Other files: osiris.yaml, osiris_connections.yaml, spec.yaml, a driver's package.json",
  params: "Parameters",
  profile: "Profiles",
  reference: "References: `${…}`",
  step: "Steps",
  config: "A step's config",
  connection: "Connections",
  secret: "Secrets",
  sql: "SQL",
  spec: "Component specs",
  package: "Driver packages",
};

/** The reference page of all finding codes, as Markdown. */
export function findingsPage(): string {
  const entries: [string, FindingCodeEntry][] = Object.entries(FINDING_CODES);
  const groups = Map.groupBy(entries, ([code]) => code.split(".")[0] ?? "");
  const parts = [...groups].map(([group, codes]) => {
    const title = GROUPS[group];
    if (title === undefined) throw new Error(`findings-page.ts has no title for the group "${group}"`);
    return [`## ${title}`, "", "| code | cause | remedy |", "| --- | --- | --- |", ...codes.map(row)].join(
      "\n",
    );
  });
  return `# What the compiler reports

Every mistake in a pipeline, and in the files around it, is reported before anything runs: with its file, line and
column, and one of these codes. Codes are stable; scripts may branch on them (\`osiris validate --json\`). A _warning_
does not keep a pipeline from running. The command ends with status 2 when there is an error.

Generated from \`packages/compiler/src/finding-codes.ts\` by \`npm run docs:findings\`.

${parts.join("\n\n")}
`;
}

function row([code, { severity, cause, remedy }]: [string, FindingCodeEntry]): string {
  const name = severity === "warning" ? `\`${code}\` _warning_` : `\`${code}\``;
  return `| ${[name, cause, remedy].map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** Writes the page into the repository at `root`. */
export function writeFindingsPage(root: string): void {
  writeFileSync(join(root, FINDINGS_PAGE), findingsPage());
}
