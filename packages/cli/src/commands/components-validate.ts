import { checkDriverPackage, findDriverPackage, type DriverPackageCheck } from "@osiris/runtime";
import { guardCheck } from "../check-guard.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { fromHere } from "../from-here.ts";
import { findingDocument, mistakes, type Output } from "../output.ts";
import { discoveryScope } from "../project.ts";

export async function componentsValidateCommand(
  target: string | undefined,
  output: Output,
): Promise<ExitCode> {
  const folder = findDriverPackage(target ?? ".", discoveryScope());
  using _ = guardCheck(output);
  const check = await checkDriverPackage(folder, fromHere);
  const failed = check.findings.some(({ severity }) => severity === "error");
  await output.showFindings(check.findings);
  if (failed) output.note(`\n${mistakes(check.findings)}`);
  if (output.json || !failed)
    await output.result(
      () => checkDocument(check, failed),
      () => okText(check),
    );
  return failed ? EXIT.usage : EXIT.ok;
}

function checkDocument({ name, version, components, findings }: DriverPackageCheck, failed: boolean): object {
  return {
    status: failed ? "error" : "ok",
    package: name,
    package_version: version,
    components,
    findings: findings.map(findingDocument),
  };
}

function okText({ name, version, components, findings }: DriverPackageCheck): string {
  const count = (items: readonly unknown[], what: string): string =>
    `${items.length} ${what}${items.length === 1 ? "" : "s"}`;
  const warnings = findings.length === 0 ? "" : `, ${count(findings, "warning")}`;
  return `${name} ${version}: ok, ${count(components, "component")}${warnings}`;
}
