import { omlModes } from "@osiris/compiler";
import { connectionFields, familyOf, type ComponentSpec } from "@osiris/core";
import type { DiscoveredComponent } from "@osiris/runtime";
import { configFields, type ConfigField } from "./config-fields.ts";
import { printable, textTable } from "./text-table.ts";
import { wrapText } from "./wrap-text.ts";

const WIDTH = 96;

/** All that an author of a pipeline asks about a component, for people. */
export function componentText({ spec, package: name, packageVersion }: DiscoveredComponent): string {
  const parts = [
    `${spec.name} ${spec.version}\n${printable(spec.title)}`,
    wrapText(spec.description, WIDTH),
    factsText([["package", `${name}@${packageVersion}`], ...facts(spec)]),
    configText(spec),
    ...rulesText(spec),
    examplesText(spec),
  ];
  return parts.join("\n\n");
}

type Fact = readonly [name: string, value: string];

const INPUTS: Readonly<Record<ComponentSpec["inputs"], string>> = {
  none: "none",
  one: "one table",
  many: "any number of tables",
};

function facts(spec: ComponentSpec): readonly Fact[] {
  const fields = (pointers: readonly string[]): string =>
    pointers.map((pointer) => pointer.slice(1)).join(", ");
  const supplied = [...connectionFields(spec).keys()];
  const all: readonly Fact[] = [
    ["mode", omlModes(spec).join(" or ")],
    ["inputs", INPUTS[spec.inputs]],
    ["reads files", fields(spec.paths?.read ?? [])],
    ["writes files", fields(spec.paths?.write ?? [])],
    ["hosts", fields(spec.hosts ?? [])],
    ["sql", fields(spec.sql === undefined ? [] : [spec.sql])],
    [
      "connection",
      supplied.length === 0 ? "" : `"@${familyOf(spec.name)}.<alias>" supplies ${supplied.join(", ")}`,
    ],
  ];
  return all.filter(([, value]) => value !== "");
}

function factsText(all: readonly Fact[]): string {
  const width = Math.max(...all.map(([name]) => name.length));
  return all.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}`).join("\n");
}

/** A row of facts for each field, what is said of it beneath. */
function configText(spec: ComponentSpec): string {
  const fields = configFields(spec);
  if (fields.length === 0) return "Config: no fields.";
  const used = COLUMNS.filter(({ isOptional, cell }) => !isOptional || fields.some((field) => cell(field)));
  const table = textTable(
    used,
    fields.map((field) => used.map(({ cell }) => cell(field))),
  );
  const [titles = "", rule = "", ...rows] = table.split("\n");
  const described = rows.flatMap((row, index) => {
    const text = fields[index]?.description ?? "";
    return text === "" ? [row] : [row, wrapText(text, WIDTH, "    ")];
  });
  return ["Config:", "", titles, rule, ...described].join("\n");
}

const COLUMNS: readonly {
  readonly title: string;
  /** Left out where no field has it. */
  readonly isOptional?: true;
  readonly cell: (field: ConfigField) => string;
}[] = [
  { title: "field", cell: ({ name }) => name },
  { title: "type", cell: ({ type }) => type },
  {
    title: "default",
    cell: ({ required, default: value }) => value ?? (required ? "required" : ""),
  },
  { title: "secret", isOptional: true, cell: ({ secret }) => (secret ? "secret" : "") },
  {
    title: "connection",
    isOptional: true,
    cell: ({ connection }) => (connection === undefined ? "" : `override: ${connection}`),
  },
];

function rulesText(spec: ComponentSpec): readonly string[] {
  const rules = (spec.constraints ?? []).map(({ error }) => `- ${wrapText(error, WIDTH, "  ").trimStart()}`);
  return rules.length === 0 ? [] : [["Rules:", "", ...rules].join("\n")];
}

function examplesText(spec: ComponentSpec): string {
  const titles = spec.examples.map(({ title }, index) => `${index + 1}. ${printable(title)}`);
  const command = `osiris components config-example ${spec.name} --example <n>`;
  return [`Examples (${command}):`, "", ...titles].join("\n");
}
