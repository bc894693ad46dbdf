import { omlModes } from "@osiris/compiler";
import { connectionFields, familyOf, type ComponentSpec, type TypeMapping } from "@osiris/core";
import type { DiscoveredComponent } from "@osiris/runtime";
import { configFields, type ConfigField } from "./config-fields.ts";
import { printable, textTable } from "./text-table.ts";
import { wrapText } from "./wrap-text.ts";

const WIDTH = 96;

/**
 * All that an author of a pipeline asks about a component, for people.
 * @param typeMap its driver's, when there is one
 */
export function componentText(
  { spec, package: name, packageVersion }: DiscoveredComponent,
  typeMap: readonly TypeMapping[] | undefined,
): string {
  const parts = [
    `${spec.name} ${spec.version}\n${printable(spec.title)}`,
    wrapText(spec.description, WIDTH),
    factsText([["package", `${name}@${packageVersion}`], ...facts(spec)]),
    configText(spec),
    ...rulesText(spec),
    ...(typeMap === undefined ? [] : [typesText(typeMap, spec)]),
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

/** What is said of a type stands beneath it, as with the config's fields. */
function typesText(typeMap: readonly TypeMapping[], { modes }: ComponentSpec): string {
  const ways = { read: "->", write: "<-", both: "<->" };
  const [mode, ...more] = modes.filter((each) => each !== "transform");
  const usual = more.length > 0 ? ways.both : mode === "write" ? ways.write : ways.read;
  const arrow = ({ only }: TypeMapping): string => (only === undefined ? usual : ways[only]);
  const table = textTable(
    [{ title: "type" }, { title: "" }, { title: "DuckDB" }],
    typeMap.map((mapping) => [mapping.native, arrow(mapping), mapping.duckdb]),
  );
  const [titles = "", rule = "", ...rows] = table.split("\n");
  const noted = rows.flatMap((row, index) => {
    const note = typeMap[index]?.note ?? "";
    return note === "" ? [row] : [row, wrapText(note, WIDTH, "    ")];
  });
  return ["Types:", "", titles, rule, ...noted].join("\n");
}

function examplesText(spec: ComponentSpec): string {
  const titles = spec.examples.map(({ title }, index) => `${index + 1}. ${printable(title)}`);
  const command = `osiris components config-example ${spec.name} --example <n>`;
  return [`Examples (${command}):`, "", ...titles].join("\n");
}
