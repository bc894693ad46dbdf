import { componentText } from "../component-text.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { installedComponent } from "../installed-component.ts";
import type { Output } from "../output.ts";

export async function componentsShowCommand(name: string, output: Output): Promise<ExitCode> {
  const component = installedComponent(name, output);
  await output.result(
    () => ({ ...component.spec, package: component.package, package_version: component.packageVersion }),
    () => componentText(component),
  );
  return EXIT.ok;
}
