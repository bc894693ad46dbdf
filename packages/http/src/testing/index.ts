export { recordExchanges } from "./record.ts";
export type { Recorder, RecordOptions } from "./record.ts";
export { replayExchanges } from "./replay.ts";
export type { Replayer, ReplayOptions } from "./replay.ts";
