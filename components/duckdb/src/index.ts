export { duckdbProcessor } from "./processor.ts";
export type { DuckdbProcessorConfig } from "./processor.ts";
