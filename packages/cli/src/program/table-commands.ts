import type { Command } from "commander";
import { command, positiveInteger, sessionsDir } from "../command-options.ts";
import type { PreviewOptions } from "../commands/preview.ts";
import type { QueryOptions } from "../commands/query.ts";
import type { RejectsExportOptions } from "../commands/rejects-export.ts";
import type { RejectsShowOptions } from "../commands/rejects-show.ts";
import type { Output } from "../output.ts";
import type { Done } from "./done.ts";

/** Looking into the tables of a run, and into what its steps have rejected. */
export function tableCommands(program: Command, output: Output, done: Done): void {
  program.commandsGroup("Tables:");
  command(program, "query", "Run SQL over the tables of a run that has ended.")
    .argument("<sql>", "one statement of DuckDB's dialect")
    .option("--run <run>", "the run: its id, the beginning of it, or last", "last")
    .option("--limit <rows>", "rows to show", positiveInteger, 100)
    .addOption(sessionsDir())
    .action(async (sql: string, options: QueryOptions) => {
      const { queryCommand } = await import("../commands/query.ts");
      done(await queryCommand(sql, options, output));
    });

  command(program, "preview", "Show the first rows of a step's table.")
    .argument("<step>", "the step's id, or the name of a table")
    .option("--run <run>", "the run: its id, the beginning of it, or last", "last")
    .option("--limit <rows>", "rows to show", positiveInteger, 10)
    .addOption(sessionsDir())
    .action(async (step: string, options: PreviewOptions) => {
      const { previewCommand } = await import("../commands/preview.ts");
      done(await previewCommand(step, options, output));
    });

  const rejects = program.command("rejects").description("Show or export rows that steps have left out.");
  command(rejects, "show", "Show how many rows were rejected and why; of one step, the rows.")
    .argument("[step]", "the step's id (default: all steps)")
    .option("--run <run>", "the run: its id, the beginning of it, or last", "last")
    .option("--limit <rows>", "rows, or reasons of a step, to show", positiveInteger, 20)
    .option("--reason <text>", "only those with this text in their reason (default: all)")
    .addOption(sessionsDir())
    .action(async (step: string | undefined, options: RejectsShowOptions) => {
      const { rejectsShowCommand } = await import("../commands/rejects-show.ts");
      done(await rejectsShowCommand(step, options, output));
    });
  command(rejects, "export", "Write all rejected rows of a step, each with its reason and place.")
    .argument("<step>", "the step's id")
    .option("--run <run>", "the run: its id, the beginning of it, or last", "last")
    .option("--out <file>", "where to: a .jsonl or .csv file (default: stdout, as JSON lines)")
    .addOption(sessionsDir())
    .action(async (step: string, options: RejectsExportOptions) => {
      const { rejectsExportCommand } = await import("../commands/rejects-export.ts");
      done(await rejectsExportCommand(step, options, output));
    });
}
