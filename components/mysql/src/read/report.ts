import type { Reading } from "./reading.ts";

/** Before the first row: what there is to know of the source. */
export function tellSource({ ctx, config, selection }: Reading): void {
  const { table, label } = selection;
  if (table === undefined) return;
  if (!table.hasSnapshots) {
    const why = `its engine ${table.engine} has no transactions`;
    ctx.log("warn", `${label} is not read in one snapshot, because ${why}: rows may change while it is read`);
  }
  if (table.rows === undefined || config.where !== undefined || config.cursor !== undefined) return;
  ctx.progress({ totalRows: Math.min(table.rows, config.limit ?? Infinity) });
}

/** Which columns the table has, and why. */
export function tellColumns({ ctx, table }: Reading): void {
  const columns = table.columns.map(({ name, type, sourceName, sourceType, note }) => ({
    name,
    type,
    reason: `the server's type is ${sourceType}${note === undefined ? "" : `: ${note}`}`,
    ...(sourceName === name ? {} : { source_name: sourceName }),
  }));
  ctx.event("schema", { table: table.writer.table, columns });
  for (const { name, sourceName, note } of table.columns) {
    if (note !== undefined) ctx.log("warn", `The column "${name}": ${note}`);
    if (sourceName === name) continue;
    const fields = { from: sourceName, to: name };
    ctx.log("warn", `The column "${sourceName}" is called "${name}" in the table`, fields);
  }
}

/** After the last row: what was read, and what became of values that are not as the server has them. */
export function tellRows({ ctx, table, sessions }: Reading): void {
  const bytes = sessions.reduce((sum, session) => sum + session.bytesRead(), 0);
  ctx.metric("bytes_read", bytes, "bytes");
  const zeroDates = [...table.zeroDates];
  if (zeroDates.length === 0) return;
  ctx.metric(
    "zero_dates",
    zeroDates.reduce((sum, [, count]) => sum + count, 0),
    "values",
  );
  const columns = zeroDates.map(([name, count]) => `${name} (${count})`).join(", ");
  // As a value: a column may be called as a field of Osiris's own.
  const fields = { zero_dates: Object.fromEntries(zeroDates) };
  ctx.log("warn", `Dates that no calendar has are NULL in the table: ${columns}`, fields);
}
