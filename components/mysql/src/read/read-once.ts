import type { Session } from "../connection/session.ts";
import { orderOf } from "./keyset.ts";
import { beginSnapshot, type Reading } from "./reading.ts";

/** One statement that reads all of it. What breaks it off fails the attempt: where to go on is not known. */
export async function readOnce(reading: Reading, session: Session): Promise<void> {
  const { config, selection, table } = reading;
  await beginSnapshot(session);
  const key = selection.table?.primaryKey.map(({ name }) => name) ?? [];
  const order = config.limit === undefined || key.length === 0 ? "" : orderOf(key);
  const limit = config.limit === undefined ? "" : `LIMIT ${config.limit} OFFSET ${config.offset}`;
  const { sql, values } = selection.all({ tail: `${order} ${limit}`.trim() });
  const prepared = await table.prepare(session, sql);
  const { writer } = table;
  table.count(await prepared.read(values, { rows: (batch) => batch.appendTo(writer) }));
}
