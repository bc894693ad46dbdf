import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { openProjectCatalog } from "../project.ts";
import { textTable } from "../text-table.ts";

export function componentsListCommand(output: Output): ExitCode {
  const { components, problems } = openProjectCatalog();
  for (const problem of problems) output.note(`warning: ${problem.package}: ${problem.message}`);
  const list = [...components.values()].map(({ spec, package: name, packageVersion }) => ({
    name: spec.name,
    version: spec.version,
    modes: spec.modes,
    title: spec.title,
    package: name,
    package_version: packageVersion,
  }));
  const titles = ["component", "version", "modes", "package"].map((title) => ({ title }));
  const rows = list.map((item) => [
    item.name,
    item.version,
    item.modes.join(", "),
    `${item.package}@${item.package_version}`,
  ]);
  const text =
    list.length > 0
      ? textTable(titles, rows)
      : "No driver packages are installed. Try: npm i @osiris/driver-csv";
  output.result({ components: list, problems }, text);
  return EXIT.ok;
}
