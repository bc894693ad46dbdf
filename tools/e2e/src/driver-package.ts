/** The files of a third-party driver package, as they lie in node_modules. */
export function driverPackage(
  name: string,
  components: readonly {
    readonly name: string;
    readonly mode: "extract" | "transform" | "write";
    readonly inputs: "none" | "one" | "many";
    /** More of the spec, or other values for it. @default none */
    readonly spec?: Readonly<Record<string, unknown>>;
    /** Further members of the driver, as source: `validate(config) { … },`. @default none */
    readonly members?: string;
    /** The body of `async run({ stepId, config, inputs, ctx }) { … }`. */
    readonly run: string;
  }[],
  changes: { readonly contract?: number; readonly head?: string } = {},
): Readonly<Record<string, string>> {
  const folder = `node_modules/${name}`;
  const manifest = {
    name,
    version: "0.3.0",
    type: "module",
    osiris: { contract: changes.contract ?? 1, components: components.map((_, index) => `./${index}.yaml`) },
  };
  const files: Record<string, string> = { [`${folder}/package.json`]: JSON.stringify(manifest) };
  const code = components.map(
    ({ run, members = "" }, index) =>
      `export const d${index} = { ${members} async run({ stepId, config, inputs, ctx }) {\n${run}\n} };`,
  );
  files[`${folder}/driver.js`] = [changes.head ?? "", ...code].join("\n");
  components.forEach((component, index) => {
    files[`${folder}/${index}.yaml`] = JSON.stringify({
      name: component.name,
      version: "0.3.0",
      title: "For tests",
      description: "For tests.",
      modes: [component.mode],
      inputs: component.inputs,
      configSchema: { type: "object", properties: {} },
      examples: [{ title: "Plain", config: {} }],
      "x-runtime": { driver: `./driver.js#d${index}` },
      ...component.spec,
    });
  });
  return files;
}

/** A project's package.json that depends on the given packages. */
export function projectManifest(...dependencies: readonly string[]): string {
  return JSON.stringify({
    name: "project",
    private: true,
    dependencies: Object.fromEntries(dependencies.map((name) => [name, "*"])),
  });
}
