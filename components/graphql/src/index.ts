export type { GraphqlConfig, GraphqlConnection } from "./config.ts";
export { graphqlExtractor } from "./extractor.ts";
