import type { Session } from "../connection/session.ts";
import { orderedType, type OrderedType } from "./ordered-type.ts";
import type { Reading } from "./reading.ts";

/** The type of a column that the config names, with its name for people. Of a query only the prepared statement says it. */
export async function columnType(
  { selection, table }: Reading,
  session: Session,
  column: string,
): Promise<{ readonly name: string; readonly type: OrderedType | undefined }> {
  const wanted = column.toLowerCase();
  const known = selection.table?.columns.find(({ name }) => name.toLowerCase() === wanted)?.type;
  const name = known ?? (await typeInQuery({ selection, table }, session, column));
  return { name, type: orderedType(name) };
}

async function typeInQuery(
  { selection, table }: Pick<Reading, "selection" | "table">,
  session: Session,
  column: string,
): Promise<string> {
  const prepared = await table.prepare(session, selection.all().sql);
  await prepared.close();
  return table.columns[table.placeOf(column)]?.sourceType ?? "";
}
