/**
 * Publishes a table and ends by SIGKILL at a chosen point. Called by crash.test.ts:
 * `node crash-child.ts <database file> <point> <rows>`, or with the point `loop` until it is killed from outside.
 */
import { RunDatabase, StepTables, type CreatedTable } from "../src/index.ts";
import { publishStatements } from "../src/run-database/publish-statements.ts";

const [file = "", point = "", rowsText = "0"] = process.argv.slice(2);
const database = await RunDatabase.open(file, {}, { files: [], directories: [] });
const columns = [
  { name: "version", type: "INTEGER" },
  { name: "n", type: "INTEGER" },
];

function die(here: string): void {
  if (here === point) process.kill(process.pid, "SIGKILL");
}

async function stage(
  version: number,
  rows: number,
): Promise<{ tables: StepTables; sealed: readonly CreatedTable[] }> {
  const tables = await StepTables.open(database, "step");
  const writer = await tables.create(columns);
  die("created");
  for (let n = 0; n < rows; n++) {
    writer.append({ version, n });
    if (n === 10) die("first-rows");
    if (n === 130_000) die("after-a-transaction");
  }
  const sealed = await tables.seal();
  die("sealed");
  return { tables, sealed };
}

if (point === "loop") {
  for (let version = 1; ; version++) {
    const { tables, sealed } = await stage(version, 1000 + version);
    await tables.publish(sealed);
    if (version === 1) process.stdout.write("published\n");
  }
}

const { sealed } = await stage(2, Number(rowsText));
const connection = await database.connect();
await connection.run("BEGIN");
for (const [index, statement] of publishStatements("step", sealed, []).entries()) {
  await connection.run(statement.sql, statement.params);
  die(`publish-${index}`);
}
await connection.run("COMMIT");
die("committed");
await database.close();
