import type { LogLevel } from "@osiris/core";

/** From the least important to the most. */
export const LOG_LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];
