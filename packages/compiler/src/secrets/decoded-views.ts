/** A text with some encoding undone, and where its characters stand in the text as it came. */
export interface View {
  readonly text: string;
  /** Where the character at `index` begins in the original; at the text's length: where the original ends. */
  readonly origin: (index: number) => number;
}

interface Encoding {
  /** One encoded character. */
  readonly form: RegExp;
  /** What it stands for; undefined when it is none after all. */
  readonly decode: (encoded: string) => string | undefined;
}

const CODE_UNITS: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  v: "\v",
  "0": "\0",
};
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

const ENCODINGS: readonly Encoding[] = [
  {
    // UTF-8, in percents: of two to four bytes where the first one says so.
    form: /%(?:[0-7][\da-f]|[cd][\da-f]%[89ab][\da-f]|e[\da-f](?:%[89ab][\da-f]){2}|f[0-7](?:%[89ab][\da-f]){3})/gi,
    decode: (encoded) => {
      const text = Buffer.from(encoded.replaceAll("%", ""), "hex").toString("utf8");
      return text.includes("\uFFFD") ? undefined : text;
    },
  },
  {
    // JSON, JavaScript, Python, shells, regular expressions: a backslash before a character, or its number.
    form: /\\(?:u\{[\da-f]{1,6}\}|u[\da-f]{4}|x[\da-f]{2}|[^])/gi,
    decode: (encoded) => {
      const number = /^\\[ux]\{?([\da-f]+)\}?$/i.exec(encoded)?.[1];
      if (number !== undefined) return character(Number.parseInt(number, 16));
      const plain = encoded.slice(1);
      return CODE_UNITS[plain] ?? plain;
    },
  },
  {
    form: /&(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});/gi,
    decode: (encoded) => {
      const name = encoded.slice(1, -1).toLowerCase();
      if (!name.startsWith("#")) return ENTITIES[name];
      return character(name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
    },
  },
];

/** JSON inside JSON inside a URL: further nobody goes by accident. */
const MAX_DEPTH = 3;

/** The text as it is, and with encodings undone that show in it, one after another. */
export function decodedViews(text: string): readonly View[] {
  return viewsOf({ text, origin: (index) => index }, MAX_DEPTH);
}

function viewsOf(view: View, depth: number): readonly View[] {
  if (depth === 0) return [view];
  const further = ENCODINGS.flatMap((encoding) => {
    const decoded = decode(view, encoding);
    return decoded === undefined ? [] : viewsOf(decoded, depth - 1);
  });
  return [view, ...further];
}

/** Undefined where nothing is encoded. */
function decode({ text, origin }: View, encoding: Encoding): View | undefined {
  if (text.search(encoding.form) < 0) return undefined;
  const starts: number[] = [];
  let decoded = "";
  const take = (piece: string, start: (index: number) => number): void => {
    for (let index = 0; index < piece.length; index++) starts.push(start(index));
    decoded += piece;
  };
  let done = 0;
  for (const { index, 0: encoded } of text.matchAll(encoding.form)) {
    const plain = encoding.decode(encoded);
    if (plain === undefined) continue;
    const from = done;
    take(text.slice(from, index), (offset) => origin(from + offset));
    take(plain, () => origin(index));
    done = index + encoded.length;
  }
  take(text.slice(done), (offset) => origin(done + offset));
  starts.push(origin(text.length));
  return { text: decoded, origin: (index) => starts[index] ?? 0 };
}

function character(code: number): string | undefined {
  return code <= 0x10_ffff ? String.fromCodePoint(code) : undefined;
}
