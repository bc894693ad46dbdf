import { createReadStream, createWriteStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { StringDecoder } from "node:string_decoder";
import { createGzip, createZstdCompress } from "node:zlib";
import { OsirisError } from "@osiris/core";
import type { Compression, CsvWriterConfig } from "./config.ts";

/** Copies a file in UTF-8 into one in the config's encoding, packed if it shall be, as a stream. */
export async function encodeFile(
  from: string,
  to: string,
  config: CsvWriterConfig,
  compression: Compression,
  signal: AbortSignal,
): Promise<void> {
  const stages: Transform[] = [encoder(config)];
  if (compression === "gzip") stages.push(createGzip());
  if (compression === "zstd") stages.push(createZstdCompress());
  await pipeline([createReadStream(from), ...stages, createWriteStream(to)], { signal });
}

const LIMITS = { ascii: 0x7f, "latin-1": 0xff } as const;

function encoder({ encoding, path }: CsvWriterConfig): Transform {
  const decoder = new StringDecoder("utf8");
  let line = 1;
  let isFirst = true;
  const encode = (text: string): Buffer => {
    if (encoding === "utf-16" || encoding === "utf-8") {
      const mark = isFirst ? "\uFEFF" : "";
      isFirst = false;
      return Buffer.from(mark + text, "utf16le");
    }
    for (const character of text) {
      if (character === "\n") line += 1;
      if ((character.codePointAt(0) ?? 0) > LIMITS[encoding])
        throw notEncodable(path, line, character, encoding);
    }
    return Buffer.from(text, "latin1");
  };
  const step = (text: string, callback: (error: Error | null, bytes?: Buffer) => void): void => {
    try {
      callback(null, encode(text));
    } catch (error) {
      callback(error as Error);
    }
  };
  return new Transform({
    transform: (chunk: Buffer, _, callback) => step(decoder.write(chunk), callback),
    flush: (callback) => step(decoder.end(), callback),
  });
}

function notEncodable(path: string, line: number, character: string, encoding: string): OsirisError {
  return new OsirisError({
    code: "csv.not_encodable",
    category: "data",
    message: `${path}, line ${line}: ${JSON.stringify(character)} cannot be written in ${encoding}`,
    hint: "Choose encoding: utf-8, or replace the character in a SQL step.",
  });
}
