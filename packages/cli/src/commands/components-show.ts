import { toOsirisError, type TypeMapping } from "@osiris/core";
import { readTypeMap, type DiscoveredComponent } from "@osiris/runtime";
import { guardCheck } from "../check-guard.ts";
import { componentText } from "../component-text.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { installedComponent } from "../installed-component.ts";
import type { Output } from "../output.ts";

export async function componentsShowCommand(name: string, output: Output): Promise<ExitCode> {
  const component = installedComponent(name, output);
  using _ = guardCheck(output);
  const typeMap = await typesOf(component, output);
  const { spec, package: from, packageVersion } = component;
  const types = typeMap === undefined ? {} : { type_map: typeMap };
  await output.result(
    () => ({ ...spec, package: from, package_version: packageVersion, ...types }),
    () => componentText(component, typeMap),
  );
  return EXIT.ok;
}

/** A driver that does not load has a spec all the same. */
async function typesOf(
  component: DiscoveredComponent,
  output: Output,
): Promise<readonly TypeMapping[] | undefined> {
  try {
    return await readTypeMap(component);
  } catch (error) {
    const { message } = toOsirisError(error, `Reading the types of ${component.spec.name}`);
    output.note(`warning: its types are not known: ${message}`);
    return undefined;
  }
}
