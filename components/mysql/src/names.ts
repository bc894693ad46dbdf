/** A table, or nothing but the name of one in the session's database. */
export interface TableName {
  readonly schema?: string;
  readonly table: string;
}

/** A name for SQL, whatever characters it has. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

export function quoteTable({ schema, table }: TableName): string {
  return schema === undefined ? quoteName(table) : `${quoteName(schema)}.${quoteName(table)}`;
}

/** The table that a step's config names. */
export function tableOf(config: { readonly schema?: string; readonly table: string }): TableName {
  return config.schema === undefined
    ? { table: config.table }
    : { schema: config.schema, table: config.table };
}
