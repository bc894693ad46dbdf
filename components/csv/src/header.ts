import { open } from "node:fs/promises";
import { foldCase, OsirisError, type Column } from "@osiris/core";

const CHUNK_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024 * 1024;

/**
 * The column names in a CSV file's first record (RFC 4180). DuckDB's sniffer is not asked: on a file whose later
 * lines are longer it may take one of those for the header, and drop what stands above.
 */
export async function readHeader(path: string, delimiter: string): Promise<readonly string[]> {
  const file = await open(path);
  try {
    let bytes = Buffer.alloc(0);
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES));
      bytes = Buffer.concat([bytes, buffer.subarray(0, bytesRead)]);
      refuseForeign(bytes, path);
      const ended = bytesRead === 0;
      const fields = firstRecord(decode(bytes, ended, path), delimiter, ended, path);
      if (fields !== undefined) return fields;
      if (ended) return [];
      if (bytes.length > MAX_HEADER_BYTES) throw endlessHeader(path);
    }
  } finally {
    await file.close();
  }
}

function decode(bytes: Buffer, whole: boolean, path: string): string {
  try {
    // A character may be cut at the end of what has been read so far.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !whole });
  } catch {
    throw new OsirisError({
      code: "csv.foreign_format",
      category: "data",
      message: `${path} is not in UTF-8`,
      hint: "Convert it first: iconv -f LATIN1 -t UTF-8.",
    });
  }
}

/**
 * The fields of the first record; undefined when the text ends before the record does. Stricter than DuckDB, whose
 * reader ends such a record elsewhere and drops rows (seen with 1.5.5).
 */
function firstRecord(
  text: string,
  delimiter: string,
  textIsWhole: boolean,
  path: string,
): readonly string[] | undefined {
  const fields: string[] = [];
  let field = "";
  let state: "start" | "plain" | "quoted" | "closed" = "start";
  const misquoted = (): OsirisError =>
    badHeader(
      path,
      `a quote stands beside other characters in field ${fields.length + 1}`,
      "Quote whole names.",
    );
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === "\0") {
      const hint = "Is the file in UTF-16? Convert it first: iconv -f UTF-16LE -t UTF-8.";
      throw badHeader(path, "it holds NUL characters", hint);
    }
    if (state === "quoted") {
      if (char === "\r") throw badHeader(path, "a column name holds a carriage return", "Remove it.");
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') field += text[++at];
      else state = "closed";
    } else if (char === delimiter) {
      fields.push(field);
      field = "";
      state = "start";
    } else if (char === "\n" || char === "\r") return [...fields, field];
    else if (char === '"' && state === "start") state = "quoted";
    else if (char === '"' || state === "closed") throw misquoted();
    else {
      field += char;
      state = "plain";
    }
  }
  if (!textIsWhole || state === "quoted" || text === "") return undefined;
  return [...fields, field];
}

function badHeader(path: string, why: string, hint: string): OsirisError {
  return new OsirisError({
    code: "csv.bad_header",
    category: "data",
    message: `${path}: the first line cannot be read as column names: ${why}`,
    hint,
  });
}

/** A table column, and the name that the file has for it. */
export interface FileColumn extends Column {
  readonly inFile: string;
}

/** Unique column names: names that meet (DuckDB ignores case) get `_2`, `_3`, in order of appearance. */
export function nameColumns(
  header: readonly string[],
  dtype: Readonly<Record<string, string>>,
): readonly FileColumn[] {
  const taken = new Set<string>();
  return header.map((inFile, index) => {
    const wanted = inFile === "" ? `column${index + 1}` : inFile;
    let name = wanted;
    for (let copy = 2; taken.has(foldCase(name)); copy++) name = `${wanted}_${copy}`;
    taken.add(foldCase(name));
    return { inFile, name, type: typeOf(name, dtype) };
  });
}

/** The declared type of a column; text when none is declared. */
export function typeOf(name: string, dtype: Readonly<Record<string, string>>): string {
  return (Object.hasOwn(dtype, name) ? dtype[name] : undefined) ?? "VARCHAR";
}

/** How files begin that are often taken for CSV in UTF-8, and what to do about them. */
const FOREIGN: readonly (readonly [bytes: readonly number[], what: string, hint: string])[] = [
  [[0x1f, 0x8b], "is compressed with gzip", "Unpack it first: gunzip."],
  [[0x28, 0xb5, 0x2f, 0xfd], "is compressed with zstd", "Unpack it first: unzstd."],
  [[0x42, 0x5a, 0x68], "is compressed with bzip2", "Unpack it first: bunzip2."],
  [[0x50, 0x4b, 0x03, 0x04], "is a ZIP file, or a spreadsheet", "Unpack it first, or save it as CSV."],
  [[0xff, 0xfe], "is in UTF-16", "Convert it first: iconv -f UTF-16 -t UTF-8."],
  [[0xfe, 0xff], "is in UTF-16", "Convert it first: iconv -f UTF-16 -t UTF-8."],
];

function refuseForeign(bytes: Buffer, path: string): void {
  const found = FOREIGN.find(([start]) => start.every((byte, index) => bytes[index] === byte));
  if (found === undefined) return;
  throw new OsirisError({
    code: "csv.foreign_format",
    category: "data",
    message: `${path} ${found[1]}`,
    hint: found[2],
  });
}

function endlessHeader(path: string): OsirisError {
  return new OsirisError({
    code: "csv.no_header",
    category: "data",
    message: `${path}: the first line does not end within ${MAX_HEADER_BYTES / 1024 / 1024} MiB`,
    hint: "Is a quote missing, or is this no CSV file?",
  });
}
