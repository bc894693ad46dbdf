export type {
  CursorConfig,
  MysqlConnection,
  MysqlExtractorConfig,
  MysqlWriterConfig,
  PartitionConfig,
} from "./config.ts";
export { mysqlExtractor } from "./extractor.ts";
export { mysqlWriter } from "./writer.ts";
