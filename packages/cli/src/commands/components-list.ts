import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { noteProblems, openProjectCatalog } from "../project.ts";
import { textTable } from "../text-table.ts";

export async function componentsListCommand(output: Output): Promise<ExitCode> {
  const { components, problems } = openProjectCatalog("review");
  noteProblems(problems, output);
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
  const none = "No driver packages are installed. Try: npm i @osiris/driver-csv";
  await output.result(
    () => ({ components: list, problems }),
    () => (list.length > 0 ? textTable(titles, rows) : none),
  );
  return EXIT.ok;
}
