/** Stands for a secret in a recording, and for anything in its place when it is replayed. */
export const MASK = "***";

const CREDENTIAL_HEADER = /auth|cookie|token|secret|key|session|signature|password|credential/i;

/** A shorter value of a header is too likely to be a part of something else. */
const LEARNED_LENGTH = 8;

/** True for a header whose value nobody may read. */
export function holdsCredentials(header: string): boolean {
  return CREDENTIAL_HEADER.test(header);
}

/** The secrets in a header that holds credentials: the value, and what it is made of. */
export function secretsInHeader(value: string): readonly string[] {
  const parts = value.split(/[\s;,]+/).flatMap((part) => [part, part.slice(part.indexOf("=") + 1)]);
  const basic = /^basic\s+(\S+)/i.exec(value)?.[1];
  const pair = basic === undefined ? "" : Buffer.from(basic, "base64").toString();
  const password = pair.slice(pair.indexOf(":") + 1);
  return [value, ...parts, pair, password].filter((secret) => secret.length >= LEARNED_LENGTH);
}

/** Masks secrets wherever they stand: as they are, escaped, encoded, and in encodings of longer texts. */
export class Scrubber {
  readonly #forms: readonly (readonly [form: string, mask: string])[];

  constructor(secrets: readonly string[]) {
    const texts = new Set(secrets.filter((secret) => secret !== "").flatMap(writtenForms));
    const forms = [...texts].flatMap(byteForms);
    // A secret may be a part of another one.
    this.#forms = forms.toSorted(([a], [b]) => b.length - a.length);
  }

  bytes(bytes: Buffer): Buffer {
    return Buffer.from(this.#mask(bytes.toString("latin1")), "latin1");
  }

  text(text: string): string {
    return this.bytes(Buffer.from(text)).toString();
  }

  /** Of bytes, each as a character. */
  #mask(bytes: string): string {
    return this.#forms.reduce((masked, [form, mask]) => masked.replaceAll(form, mask), bytes);
  }
}

/** How a secret can be written in a text. */
function writtenForms(secret: string): readonly string[] {
  const uri = encodeURIComponent(secret);
  const form = new URLSearchParams({ "": secret }).toString().slice(1);
  const encoded = [uri, form].flatMap((text) => [
    text,
    text.replace(/%../g, (escape) => escape.toLowerCase()),
  ]);
  return [secret, ...jsonForms(secret), ...encoded, ...insideBase64(secret)];
}

/** In a string of JSON, which may be in a string of JSON again. */
function jsonForms(secret: string): readonly string[] {
  const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
  const once = [escaped(secret), asciiEscaped(escaped(secret))];
  const withSlashes = once.map((text) => text.replaceAll("/", String.raw`\/`));
  const forms = [...once, ...withSlashes];
  return [...forms, ...forms.map(escaped), ...forms.map((text) => escaped(escaped(text)))];
}

function asciiEscaped(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => {
    return String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** What base64 of any text with the secret in it has, at each of the three places where a secret can begin in a group. */
function insideBase64(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // Fewer letters would be found everywhere.
  if (bytes.length < 6) return [];
  const standard = [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const groups = whole.subarray(0, whole.length - (whole.length % 3)).toString("base64");
    return before === 0 ? groups : groups.slice(4);
  });
  return standard.flatMap((text) => [text, text.replaceAll("+", "-").replaceAll("/", "_")]);
}

/** The text in the encodings that a body may have, each byte as a character. */
function byteForms(text: string): readonly (readonly [form: string, mask: string])[] {
  const asBytes = (part: string): readonly string[] => {
    const utf16 = Buffer.from(part, "utf16le");
    return [Buffer.from(part), utf16, Buffer.from(utf16).swap16(), Buffer.from(part, "latin1")].map((bytes) =>
      bytes.toString("latin1"),
    );
  };
  const masks = asBytes(MASK);
  return asBytes(text).map((form, index) => [form, masks[index] ?? MASK] as const);
}
