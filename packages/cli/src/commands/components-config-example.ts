import { exampleStep } from "@osiris/compiler";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { installedComponent } from "../installed-component.ts";
import type { Output } from "../output.ts";
import { usage } from "../usage-error.ts";

export interface ConfigExampleOptions {
  /** From 1. */
  readonly example: number;
}

export async function componentsConfigExampleCommand(
  name: string,
  options: ConfigExampleOptions,
  output: Output,
): Promise<ExitCode> {
  const { spec } = installedComponent(name, output);
  const example = exampleStep(spec, options.example - 1);
  if (example === undefined) {
    const count = spec.examples.length;
    const message = `${name} has ${count === 1 ? "1 example" : `${count} examples`}, and no number ${options.example}`;
    throw usage(message, `"osiris components show ${name}" lists them.`);
  }
  const { title, step, yaml } = example;
  await output.result(
    () => ({ title, step }),
    () => yaml,
  );
  return EXIT.ok;
}
