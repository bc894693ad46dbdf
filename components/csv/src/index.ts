export type { CsvConnection } from "./connection/connection.ts";
export { csvExtractor } from "./extractor.ts";
export type { CsvExtractorConfig } from "./read/config.ts";
export { csvWriter } from "./writer.ts";
export type { CsvWriterConfig } from "./write/config.ts";
