import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pipelineSchema } from "@osiris/compiler";
import { isOsirisError } from "@osiris/core";
import type { Catalog } from "@osiris/runtime";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { fromHere } from "../from-here.ts";
import type { Answers } from "../init/ask.ts";
import { EXAMPLE_PACKAGES, type Example } from "../init/examples.ts";
import { install } from "../init/install.ts";
import { projectFiles } from "../init/project-files.ts";
import { writeNewFiles, type WrittenFiles } from "../init/write-new-files.ts";
import type { Output } from "../output.ts";
import { usage } from "../usage-error.ts";
import { openProjectCatalog } from "../project.ts";

export interface InitOptions {
  readonly yes?: boolean;
  readonly example?: Example;
  readonly install?: boolean;
}

export async function initCommand(
  given: string | undefined,
  options: InitOptions,
  output: Output,
): Promise<ExitCode> {
  if (given !== undefined) assertNew(resolve(given));
  const open = { folder: given, example: options.example, install: options.install };
  const isAsked = options.yes !== true && !output.json && isSomebodyThere();
  const answers = isAsked ? await ask(open) : open;
  if (answers === undefined) {
    output.note("Nothing was made.");
    return EXIT.interrupted;
  }
  const { folder = ".", example = "files", install: installs = false } = answers;
  const target = resolve(folder);
  assertNew(target);
  const files = projectFiles({ folder: target, example, ...installed() });
  const written = writeNewFiles(target, files);
  if (installs) await install(target);
  const next = nextCommands(target, written, installs);
  await output.result(
    () => ({ status: "ok", folder: target, example, ...written, installed: installs, next }),
    () => summary(target, written, next),
  );
  return EXIT.ok;
}

/** Prompts wrap what is wider, and on less than that show nothing that can be read. */
const LEAST_COLUMNS = 20;

/** Somebody who sees a question and can answer it. */
function isSomebodyThere(): boolean {
  const { stdin, stderr, env } = process;
  const canDraw = stderr.isTTY && stderr.columns >= LEAST_COLUMNS && env["TERM"] !== "dumb";
  return stdin.isTTY && canDraw && env["CI"] === undefined;
}

async function ask(open: Answers): Promise<Answers | undefined> {
  // Loading the prompts would cost every command its while.
  const prompts = await import("../init/ask.ts");
  return prompts.ask(open);
}

/** @throws OsirisError where there is a project, or something that is no folder */
function assertNew(folder: string): void {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) throw usage(`${folder} is a file`, "Name a folder, new or not.");
  if (!existsSync(join(folder, "pipeline.yaml"))) return;
  throw usage(
    `There is a pipeline.yaml in ${folder} already; nothing was written`,
    "Run it: osiris run pipeline.yaml. For a new project name another folder.",
  );
}

/** What is known of the packages that the project will use. */
function installed(): {
  readonly versions: ReadonlyMap<string, string>;
  readonly schema: string | undefined;
} {
  let components: Catalog["components"];
  try {
    ({ components } = openProjectCatalog());
  } catch (error) {
    // What is wrong around here is no part of the new project.
    if (!isOsirisError(error)) throw error;
    components = new Map();
  }
  const used = Object.keys(EXAMPLE_PACKAGES);
  const known = new Map([...components].filter(([name]) => used.includes(name)));
  const versions = [...known.values()].map((each) => [each.package, each.packageVersion] as const);
  const schema = known.size < used.length ? undefined : `${JSON.stringify(pipelineSchema(known), null, 2)}\n`;
  return { versions: new Map(versions), schema };
}

function nextCommands(folder: string, { kept }: WrittenFiles, isInstalled: boolean): readonly string[] {
  const here = fromHere(folder);
  const packages = ["@osiris/cli", ...new Set(Object.values(EXAMPLE_PACKAGES))].join(" ");
  // A package.json that was there does not know them.
  const npm = kept.includes("package.json") ? `npm install ${packages}` : "npm install";
  const enter = here === "" ? [] : [`cd ${shellWord(here)}`];
  const prepare = isInstalled && npm === "npm install" ? [] : [npm];
  return [[...enter, ...prepare].join(" && "), "npx osiris run pipeline.yaml"].filter((each) => each !== "");
}

/** A path as a shell takes it. Most need no quotes; one that begins with a dash is no option. */
function shellWord(path: string): string {
  const word = path.startsWith("-") ? `./${path}` : path;
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function summary(folder: string, { created, kept }: WrittenFiles, next: readonly string[]): string {
  const lines = [`A project in ${folder}:`, ...created.map((file) => `  ${file}`)];
  if (kept.length > 0) lines.push("", `Left as they were: ${kept.join(", ")}`);
  return [...lines, "", "Next:", ...next.map((each) => `  ${each}`)].join("\n");
}
