import type { JsonKey } from "./json-keys.ts";
import type { JsonSettings } from "./json-settings.ts";
import type { StagedLayout } from "./staged-rows.ts";

/** What a writer of JSON rows knows besides the rows themselves, as JSON can hold it. */
export interface JsonSnapshot {
  readonly settings: JsonSettings;
  readonly keys: readonly JsonKey[];
  /** Undefined while there are no rows. */
  readonly layout?: StagedLayout;
}
