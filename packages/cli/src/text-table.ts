import { cutText, fitText, textWidth } from "./text-width.ts";

export interface TextColumn {
  readonly title: string;
  /** @default "left" */
  readonly align?: "left" | "right";
}

const MAX_CELL = 60;

/** A plain table for people: aligned columns, long cells cut. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = columns.map((column, index) =>
    cells.reduce((width, row) => Math.max(width, textWidth(row[index] ?? "")), textWidth(column.title)),
  );
  const line = (row: readonly string[]): string =>
    columns
      .map(({ align }, index) => {
        const cell = row[index] ?? "";
        const width = widths[index] ?? 0;
        return fitText(cell, width, align);
      })
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(columns.map((column) => column.title)), rule, ...cells.map(line)].join("\n");
}

function oneLine(text: string): string {
  return cutText(printable(text), MAX_CELL);
}

/** Control characters would move the cursor or end the line. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return text.replaceAll(/[\u0000-\u001F\u007F]/g, (char) => JSON.stringify(char).slice(1, -1));
}
