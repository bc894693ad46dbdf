/** Statements around a SELECT that have the same meaning without them. White space is a single space here. */
const WRAPPED: readonly RegExp[] = [
  /^ ?create (?:or replace )?(?:temp(?:orary)? )?(?:table|view) (?:if not exists )?\S+ as (?<select>.+)$/i,
  /^ ?insert into \S+ (?<select>(?:with|select|from)\b.+)$/i,
  /^ ?copy ?\((?<select>.+)\) ?to\b.*$/i,
];
const PIVOT =
  /^ ?pivot(?:_wider)? (?<table>\S+) on (?<column>.+?) using (?<value>.+?)(?<group> group by .+?)?;? ?$/i;
const MAX_REWRITE = 200;

/** What to write instead of another statement: the rewrite, where there is one. */
export function selectInstead(sql: string): string {
  const line = sql.replaceAll(/\s+/g, " ");
  const select = WRAPPED.map((form) => form.exec(line)?.groups?.["select"]).find(
    (text) => text !== undefined,
  );
  if (select !== undefined) {
    const alone = select.replace(/; ?$/, "").trim();
    const shown = alone.length > MAX_REWRITE ? `${alone.slice(0, MAX_REWRITE)}…` : alone;
    return `The result becomes the step's table by itself. Write: ${shown}`;
  }
  const pivot = PIVOT.exec(line)?.groups;
  if (pivot !== undefined) {
    const { table = "", column = "", value = "", group = "" } = pivot;
    return `Write it with the values it makes columns of: FROM ${table} PIVOT (${value} FOR ${column} IN ('a', 'b')${group})`;
  }
  const effects = /^\s*(?:update|delete|merge)\b/i.test(sql);
  return effects
    ? "Tables do not change. Write the SELECT whose rows are the ones you want, and read this step's table instead."
    : "Write the SELECT alone: its result becomes the step's table.";
}
