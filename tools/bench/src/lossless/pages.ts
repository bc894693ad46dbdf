/** What the fields of a page hold: amounts of money, doubles of 17 digits, ids of 64 bits, strings full of digits. */
export const CONTENTS = ["plain", "doubles", "big ids", "digit strings"] as const;
export type Content = (typeof CONTENTS)[number];

/** A page of a GraphQL API as text: fields of five kinds, in turns. */
export function page(content: Content, fields: number, rows: number, number: number): string {
  const objects = Array.from({ length: rows }, (_, index) => {
    const members = Array.from({ length: fields }, (_member, field) => {
      return `"field${field}":${value(content, field, (number * rows + index) * 31 + field)}`;
    });
    return `{${members.join(",")}}`;
  });
  return `{"data":{"items":{"nodes":[${objects.join(",")}],"pageInfo":{"hasNextPage":true}}}}`;
}

function value(content: Content, field: number, n: number): string {
  if (n % 19 === 0) return "null";
  switch (field % 5) {
    case 0:
      return content === "big ids" && field === 0 ? `${10n ** 17n + BigInt(n)}` : String(n);
    case 1:
      return content === "digit strings"
        ? `"${field === 1 ? 10n ** 19n + BigInt(n) : `4a6e1e400-${n}-12345678901234567`}"`
        : `"text number ${n} of a usual length"`;
    case 2:
      return String(content === "doubles" ? n / 100 + 0.001 : Math.round(n * 7) / 100);
    case 3:
      return String(n % 3 === 0);
    default:
      return content === "digit strings" ? `"2026-11-21T18:50:51.${n}Z"` : `"text ${n}"`;
  }
}
