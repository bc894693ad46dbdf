/** What the table says of a metric. */
export interface MetricEntry {
  /** What the number is, in one sentence. */
  readonly about: string;
  readonly unit: string;
  /** Whether Osiris measures it itself, or drivers that know it do. */
  readonly by: "osiris" | "drivers";
}

/**
 * The metrics whose names mean the same everywhere. Rows are counted by Osiris alone, for every step in the same way:
 * what an extractor has read, a processor has made and a writer has written is `rows_out`.
 */
export const METRICS = {
  rows_in: { about: "Rows of all input tables.", unit: "rows", by: "osiris" },
  rows_out: {
    about: "Rows of the tables made, or rows that the destination has confirmed.",
    unit: "rows",
    by: "osiris",
  },
  rows_rejected: {
    about: "Rows left out, in the table of rejects; absent when none.",
    unit: "rows",
    by: "osiris",
  },
  rows_superseded: {
    about: "Rows that a later row with the same key has replaced before they were written; absent when none.",
    unit: "rows",
    by: "osiris",
  },
  duration_ms: { about: "From the step's start to its end, in all attempts.", unit: "ms", by: "osiris" },
  bytes_read: { about: "Bytes that came from the source, as they came.", unit: "bytes", by: "drivers" },
  bytes_written: { about: "Bytes that went to the destination, as they went.", unit: "bytes", by: "drivers" },
  requests_made: { about: "Requests to a server, repeated ones included.", unit: "requests", by: "drivers" },
  pages_fetched: { about: "Pages of a result that were fetched.", unit: "pages", by: "drivers" },
} as const;

type Table = typeof METRICS;

/** A metric that Osiris measures itself. */
export type OwnMetricName = { [N in keyof Table]: Table[N]["by"] extends "osiris" ? N : never }[keyof Table];

/** Entries by name. */
export const METRIC_ENTRIES: ReadonlyMap<string, MetricEntry> = new Map<string, MetricEntry>(
  Object.entries(METRICS),
);
