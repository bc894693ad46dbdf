import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cliReference, type CommandReference, type ParameterReference } from "@osiris/cli/reference";

export const CLI_PAGE = "docs/reference/cli.md";

/** The reference page of the command line, as Markdown. */
export function cliPage(): string {
  const { groups, environment, exitStatus } = cliReference();
  const commands = groups.flatMap(({ title, commands: all }) => [`## ${title}`, ...all.map(commandSection)]);
  return `# The osiris command

Generated from the program by \`npm run docs:cli\`; \`osiris <command> --help\` says the same.

Results go to stdout, progress and complaints to stderr. With \`--json\` stdout carries exactly one JSON document, also when
a command fails: \`{ "status": "error", "code": …, "message": …, "hint": … }\`.

${commands.join("\n\n")}

## Environment variables

A pipeline names variables of its own as \`\${NAME}\`; \`.env\` is read for those only.

${table(
  ["variable", "what it does"],
  environment.map(({ name, description }) => [`\`${name}\``, description]),
)}

## Exit status

${table(
  ["status", "meaning"],
  exitStatus.map(({ status, meaning }) => [String(status), meaning]),
)}
`;
}

function commandSection({ name, usage, description, arguments: args, options }: CommandReference): string {
  const parameters = [...args, ...options].map((each) => [code(each.name), explanation(each)]);
  return `### ${name}\n\n${description}\n\n\`\`\`text\n${usage}\n\`\`\`\n\n${table(["argument, option", "meaning"], parameters)}`;
}

/** The description, what it may be, and what it is when nobody says so. */
function explanation({ description, choices, default: given }: ParameterReference): string {
  const [, said, inText] = /^(.*?)(?: \(default: (.*)\))?$/s.exec(description) ?? [];
  const byDefault = given ?? inText;
  return [
    `${capitalised(said ?? description)}.`,
    ...(choices === undefined ? [] : [`One of ${choices.map(code).join(", ")}.`]),
    ...(byDefault === undefined
      ? []
      : [`Default: ${given !== undefined && /^\S+$/.test(given) ? code(given) : byDefault}.`]),
  ].join(" ");
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Writes the page into the repository at `root`. */
export function writeCliPage(root: string): void {
  writeFileSync(join(root, CLI_PAGE), cliPage());
}
