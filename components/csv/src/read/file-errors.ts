import { OsirisError } from "@osiris/core";
import type { FileFormat } from "./byte-source.ts";
import type { Encoding } from "./config.ts";

/** How files begin that are no CSV in UTF-8. */
export interface ForeignFormat {
  readonly magic: readonly number[];
  readonly what: string;
  readonly hint: string;
  /** What reads it all the same. */
  readonly compression?: FileFormat["compression"];
  readonly encoding?: Encoding;
}

const UTF_16 = { what: "is in UTF-16", hint: "Set encoding: utf-16.", encoding: "utf-16" } as const;

export const FOREIGN: readonly ForeignFormat[] = [
  { magic: [0x1f, 0x8b], what: "is packed with gzip", hint: "Set compression: gzip.", compression: "gzip" },
  {
    magic: [0x28, 0xb5, 0x2f, 0xfd],
    what: "is packed with zstd",
    hint: "Set compression: zstd.",
    compression: "zstd",
  },
  { magic: [0x42, 0x5a, 0x68], what: "is packed with bzip2", hint: "Unpack it first: bunzip2." },
  { magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a], what: "is packed with xz", hint: "Unpack it first: unxz." },
  {
    magic: [0x50, 0x4b, 0x03, 0x04],
    what: "is a ZIP file, or a spreadsheet",
    hint: "Unpack it first, or save it as CSV.",
  },
  { magic: [0xff, 0xfe], ...UTF_16 },
  { magic: [0xfe, 0xff], ...UTF_16 },
];

export function foreignFormat(path: string, { what, hint }: ForeignFormat): OsirisError {
  return new OsirisError({ code: "csv.foreign_format", category: "data", message: `${path} ${what}`, hint });
}

export function notInEncoding(path: string, encoding: Encoding, line?: number): OsirisError {
  const where = line === undefined ? path : `${path}, line ${line}`;
  return new OsirisError({
    code: "csv.foreign_format",
    category: "data",
    message: `${where}: bytes that are not ${encoding === "ascii" ? "ASCII" : encoding.toUpperCase()}`,
    hint: "Set encoding to what the file is in, such as latin-1 or windows-1252.",
  });
}

/** An error of the unpacking as one the user can act on; others come back as they are. */
export function unpackError(error: unknown, path: string, { compression }: FileFormat): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code ?? "";
  if (compression === "none" || !/^(Z_|ZSTD_)/.test(code)) return error;
  return new OsirisError({
    code: "csv.broken_archive",
    category: "data",
    message: `${path} cannot be unpacked with ${compression}: ${(error as Error).message}`,
    hint: "Is it whole, and packed with what compression says?",
    cause: error,
  });
}
