import type { Discovery, DiscoverRequest } from "@osiris/core";
import type { MysqlConnection } from "../config.ts";

/** Skeleton. */
export async function discoverTables(_at: DiscoverRequest<MysqlConnection>): Promise<Discovery> {
  return { resources: [] };
}
