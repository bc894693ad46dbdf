import type { ConfigProblem } from "@osiris/core";
import type { MysqlWriterConfig } from "../config.ts";
import { foldName } from "./bind-columns.ts";

const LONGEST_NAME = 64;

/** What is wrong with a writer's config that its schema cannot say. */
export function writerProblems(config: MysqlWriterConfig): readonly ConfigProblem[] {
  return [
    ...nameProblems(config),
    ...repeatedNames("/primary_key", config.primary_key),
    ...repeatedNames("/order_by", config.order_by),
    ...deletedColumnProblems(config),
    ...databaseProblems(config),
  ];
}

function nameProblems(config: MysqlWriterConfig): readonly ConfigProblem[] {
  const names: readonly (readonly [path: string, name: string | undefined])[] = [
    ["/table", config.table],
    ["/schema", config.schema],
    ["/deleted_column", config.deleted_column],
    ...(config.primary_key ?? []).map((name, index) => [`/primary_key/${index}`, name] as const),
  ];
  return names.flatMap(([path, name]) => {
    const reason = name === undefined || isUnknown(name) ? undefined : whyNoName(name);
    return reason === undefined ? [] : [{ path, message: `MySQL has no name like this: ${reason}` }];
  });
}

function whyNoName(name: string): string | undefined {
  if (name.length > LONGEST_NAME) return `it is longer than ${LONGEST_NAME} characters`;
  if (name.endsWith(" ")) return "it ends with a blank";
  if (/[\0\u{10000}-\u{10FFFF}]/u.test(name)) return "it has a character that names cannot have";
  return undefined;
}

function repeatedNames(path: string, names: readonly string[] = []): readonly ConfigProblem[] {
  return names.flatMap((name, index) => {
    const first = names.findIndex((other) => foldName(other) === foldName(name));
    if (first === index) return [];
    return [{ path: `${path}/${index}`, message: `${name} and ${names[first]} are the same column` }];
  });
}

function deletedColumnProblems(config: MysqlWriterConfig): readonly ConfigProblem[] {
  if (config.delete_missing !== "soft") return [];
  const named = [...(config.primary_key ?? []), ...(config.order_by ?? [])].map(foldName);
  if (!named.includes(foldName(config.deleted_column))) return [];
  return [
    {
      path: "/deleted_column",
      message: `${config.deleted_column} is a column of the rows; the step itself puts times into it`,
      hint: "Name a column that the rows do not have.",
    },
  ];
}

function databaseProblems(config: MysqlWriterConfig): readonly ConfigProblem[] {
  if (config.database !== undefined || config.schema !== undefined) return [];
  return [
    {
      path: "/table",
      message: "No database is named that the table belongs to",
      hint: "Set database in the connection, or schema in the step.",
    },
  ];
}

/** A value from the environment is known when the pipeline runs. */
function isUnknown(value: string): boolean {
  return value.includes("${");
}
