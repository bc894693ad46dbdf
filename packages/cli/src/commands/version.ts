import { CONTRACT_VERSION } from "@osiris/core";
import { OML_VERSION } from "@osiris/compiler";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { ownVersion } from "../own-version.ts";

export async function versionCommand(output: Output): Promise<ExitCode> {
  const document = {
    osiris: ownVersion(),
    oml: OML_VERSION,
    driver_contract: CONTRACT_VERSION,
    node: process.versions.node,
  };
  const lines = Object.entries(document).map(([name, version]) => `${name} ${version}`);
  await output.result(
    () => document,
    () => lines.join("\n"),
  );
  return EXIT.ok;
}
