import type { Column } from "@osiris/core";

/** A page of a GraphQL API, as text. */
export function page(columns: readonly Column[], number: number, rows: number): string {
  return JSON.stringify(
    Array.from({ length: rows }, (_, index) => {
      const n = number * rows + index;
      return Object.fromEntries(
        columns.map(({ name, type }, position) => [name, value(type, n * 31 + position)]),
      );
    }),
  );
}

/** The narrow table is the first five columns. */
export const COLUMNS: readonly Column[] = [
  { name: "id", type: "BIGINT" },
  { name: "email", type: "VARCHAR" },
  { name: "amount", type: "DOUBLE" },
  { name: "active", type: "BOOLEAN" },
  { name: "createdAt", type: "VARCHAR" },
  { name: "orderKey", type: "BIGINT" },
  { name: "partKey", type: "BIGINT" },
  { name: "lineNumber", type: "BIGINT" },
  { name: "quantity", type: "BIGINT" },
  { name: "price", type: "DOUBLE" },
  { name: "discount", type: "DOUBLE" },
  { name: "tax", type: "DOUBLE" },
  { name: "returned", type: "BOOLEAN" },
  { name: "shipMode", type: "VARCHAR" },
  { name: "instruction", type: "VARCHAR" },
  { name: "comment", type: "VARCHAR" },
];

function value(type: string, n: number): unknown {
  // Some of all are null, as in life.
  if (n % 19 === 0) return null;
  switch (type) {
    case "BIGINT":
      return n;
    case "DOUBLE":
      return n / 100 + 0.001;
    case "BOOLEAN":
      return n % 3 === 0;
    default:
      return `text number ${n} of a usual length`;
  }
}
