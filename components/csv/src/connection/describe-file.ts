import { isOsirisError, type Resource, type ResourceColumn } from "@osiris/core";
import { fileError } from "../errors.ts";
import { ColumnScan } from "../read/column-scan.ts";
import type { CsvExtractorConfig } from "../read/config.ts";
import { dialectOf } from "../read/dialect.ts";
import { assertEncoded } from "../read/encoding.ts";
import { findFiles, type InputFile } from "../read/find-files.ts";
import { inferredType } from "../read/inference.ts";
import { openRecords, type OpenRecords } from "../read/open-records.ts";
import { RecordScanner } from "../read/record-scanner.ts";
import { nameColumns } from "../read/table-columns.ts";
import { SampleSink } from "./sample-sink.ts";

/** The extractor's config of a step that names nothing but a path. */
export const PLAIN_CONFIG: Omit<CsvExtractorConfig, "path"> = {
  delimiter: ",",
  quote: '"',
  encoding: "utf-8",
  compression: "infer",
  header: true,
  skip_rows: 0,
  infer_types: true,
  parse_dates: true,
  dtype: {},
  na_values: [],
  on_bad_lines: "error",
};

/** What a step would find in a file, told by its first block: two megabytes, the whole of a smaller one. */
export async function describeFile(
  path: string,
  name: string,
  samples: number,
  signal: AbortSignal,
): Promise<Resource> {
  const plain = { ...PLAIN_CONFIG, path };
  try {
    const [file] = await findFiles(plain);
    if (file === undefined) throw new Error(`${path} is named and not found`);
    const config = await withDelimiter(plain, file, signal);
    const own = config === plain ? {} : { delimiter: config.delimiter };
    return {
      name,
      kind: "file",
      bytes: file.bytes,
      config: { path: name, ...own },
      ...(await readSample(file, config, samples, signal)),
    };
  } catch (error) {
    signal.throwIfAborted();
    const known = fileError(error, path);
    // What is wrong with one file does not hide the others.
    if (!isOsirisError(known)) throw error;
    return { name, kind: "file", columns: [], problem: known.message };
  }
}

/** A header that is a single name with other delimiters in it was made with the most frequent of them. */
async function withDelimiter(
  config: CsvExtractorConfig,
  file: InputFile,
  signal: AbortSignal,
): Promise<CsvExtractorConfig> {
  const records = await openRecords(file, config, dialectOf(config), signal);
  await records.close();
  const [only = "", ...more] = records.head.header;
  if (more.length > 0) return config;
  const counts = [";", "\t", "|"].map((delimiter) => [delimiter, only.split(delimiter).length] as const);
  const [best] = counts.toSorted(([, a], [, b]) => b - a);
  return best === undefined || best[1] === 1 ? config : { ...config, delimiter: best[0] };
}

async function readSample(
  file: InputFile,
  config: CsvExtractorConfig,
  samples: number,
  signal: AbortSignal,
): Promise<Pick<Resource, "columns" | "rows" | "sampled" | "samples" | "problem">> {
  const dialect = dialectOf(config);
  const records = await openRecords(file, config, dialect, signal);
  try {
    const names = nameColumns(records.head.header).map(({ name }) => name);
    const sink = new SampleSink(names, dialect, samples);
    const rules = names.map(() => ({ dates: true }));
    const scan = new ColumnScan(rules, new Set());
    const scanner = new RecordScanner(dialect, scan, sink, records.head.line);
    const used = readBlock(records, scanner, file);
    const whole = records.reader.last && used >= records.reader.end;
    const columns = names.map((name, index): ResourceColumn => ({
      name,
      type: inferredType(scan.state(index)).type,
    }));
    return {
      columns,
      ...rowCount(scanner.records, used, whole, file),
      ...(whole ? {} : { sampled: true }),
      ...(samples > 0 ? { samples: sink.rows } : {}),
      ...(sink.problem === undefined ? {} : { problem: sink.problem }),
    };
  } finally {
    await records.close();
  }
}

/** @returns how many bytes of the block were whole records */
function readBlock({ reader, head }: OpenRecords, scanner: RecordScanner, file: InputFile): number {
  const used = scanner.scan(reader.bytes, reader.end, reader.last);
  assertEncoded(reader.bytes.subarray(0, used), head.line, file);
  return used;
}

/** How many bytes a packed file unpacks to is not known before its end. */
function rowCount(
  records: number,
  used: number,
  whole: boolean,
  { bytes, format }: InputFile,
): Pick<Resource, "rows"> {
  if (whole) return { rows: { count: records, exact: true } };
  if (format.compression !== "none" || records === 0) return {};
  return { rows: { count: Math.round((bytes / used) * records), exact: false } };
}
