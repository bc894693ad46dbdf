/** A number with its digits as they were written. `JSON.stringify` writes it back like that. */
interface RawNumber {
  readonly rawJSON: string;
}

// What Node has, and TypeScript does not know yet.
type Reviver = (key: string, value: unknown, context: { readonly source: string }) => unknown;
const json = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown;
  rawJSON(text: string): RawNumber;
};

/** JSON whose numbers keep all their digits: `JSON.parse` alone rounds them. */
export function parseExactly(text: string): unknown {
  return json.parse(text, (_key, value, { source }) =>
    typeof value === "number" ? json.rawJSON(source) : value,
  );
}

/** A value of {@link parseExactly} as the text of a cell: texts as they are, nothing for null, all else as JSON. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
