import { byteOf, CR, LF } from "./bytes.ts";
import type { CsvExtractorConfig } from "./config.ts";

/** How a file's bytes make lines and fields; bytes that the file has no use for are {@link NO_BYTE}. */
export interface CsvDialect {
  readonly delimiter: number;
  readonly quote: number;
  /** Begins a line that is none. */
  readonly comment: number;
  /** Absent: skipped where a record has several fields; one of its own where it has one. */
  readonly skipBlankLines?: boolean;
  /** Whether the delimiter may stand in a number, a date or a time: then a value may seem to reach over it. */
  readonly delimiterInValues: boolean;
  /** By byte: 1 for what ends a field without quotes. */
  readonly ends: Uint8Array;
  /** The same, and the quote. */
  readonly stops: Uint8Array;
}

export function dialectOf(config: CsvExtractorConfig): CsvDialect {
  const delimiter = byteOf(config.delimiter);
  const quote = byteOf(config.quote);
  const ends = new Uint8Array(256);
  for (const byte of [delimiter, LF, CR]) ends[byte] = 1;
  const stops = Uint8Array.from(ends);
  // An array takes no notice of an index beyond its end.
  stops[quote] = 1;
  const { skip_blank_lines: skipBlankLines } = config;
  return {
    delimiter,
    quote,
    comment: byteOf(config.comment),
    delimiterInValues: /[-+.: A-Za-z0-9]/.test(config.delimiter),
    ends,
    stops,
    ...(skipBlankLines === undefined ? {} : { skipBlankLines }),
  };
}
