/**
 * Runs a resumable step to its end, on what earlier processes have left. Called by checkpoint-crash.test.ts:
 * `node checkpoint-child.ts <database file> <items> [<n>]` ends by SIGKILL before its n-th statement.
 */
import { GuardedConnection } from "../src/run-database/connection.ts";
import { RunDatabase, StepTables } from "../src/index.ts";
import { ResumableStep } from "./resumable-step.ts";

const [file = "", items = "0", fatal = "0"] = process.argv.slice(2);
await using database = await RunDatabase.open(file, {}, { files: [], directories: [] });

let statements = 0;
const run = Reflect.get(GuardedConnection.prototype, "run");
GuardedConnection.prototype.run = function dying(...args) {
  statements += 1;
  if (statements === Number(fatal)) process.kill(process.pid, "SIGKILL");
  return run.apply(this, args);
};

const step = new ResumableStep(await StepTables.open(database, "step", { identity: "same" }));
process.stdout.write(`${step.next}\n`);
while (step.next < Number(items)) {
  await step.read(Math.min(97, Number(items) - step.next));
  await step.checkpoint();
}
await step.publish();
