import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readSpec, type Components } from "@osiris/compiler";
import { defineDriver, type Column } from "@osiris/core";

const SPECS = [
  "@osiris/driver-csv/extractor/spec.yaml",
  "@osiris/driver-csv/writer/spec.yaml",
  "@osiris/driver-duckdb/spec.yaml",
];

interface ReaderConfig {
  readonly dtype?: Readonly<Record<string, string>>;
}

/** A reader that knows its columns where they are declared, so that SQL over them is checked. */
const driver = defineDriver<ReaderConfig>({
  run: () => Promise.reject(new Error("only compiled")),
  columns: ({ dtype = {} }): readonly Column[] | undefined =>
    Object.keys(dtype).length === 0
      ? undefined
      : Object.entries(dtype).map(([name, type]) => ({ name, type })),
});

/** The real specs, with a driver that does nothing. */
export function benchComponents(): Components {
  const installed = SPECS.map((name) => {
    const file = fileURLToPath(import.meta.resolve(name));
    const { spec, report } = readSpec(readFileSync(file, "utf8"), file);
    if (spec === undefined) throw new Error(`${name}: ${report.findings()[0]?.message}`);
    return [
      spec.name,
      { spec, package: name.split("/").slice(0, 2).join("/"), packageVersion: "1.0.0" },
    ] as const;
  });
  return { installed: new Map(installed), denied: new Set(), loadDriver: () => Promise.resolve(driver) };
}
