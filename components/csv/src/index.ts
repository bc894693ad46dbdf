export { csvExtractor } from "./extractor.ts";
export type { CsvExtractorConfig } from "./extractor.ts";
export { csvWriter } from "./writer.ts";
export type { CsvWriterConfig } from "./writer.ts";
