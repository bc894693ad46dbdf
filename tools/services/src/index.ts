export { ServerUnavailableError, startServer } from "./acquire.ts";
export type { Absence, ServerOptions, ServerPlan, Settings, Way } from "./acquire.ts";
export type { Absent } from "./installation.ts";
export { mariadbServer } from "./mariadb.ts";
export { pgbouncerServer, type PgbouncerOptions } from "./pgbouncer.ts";
export { postgresServer } from "./postgres.ts";
export { redisServer } from "./redis.ts";
export type { Origin, RunningServer, Server, ServerAddress } from "./server.ts";
export { useServer, type SuiteServer } from "./vitest.ts";
