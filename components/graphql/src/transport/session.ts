import type { JsonInput, JsonValue } from "@osiris/core";

/** The answer to one request, judged: what must fail has failed. */
export interface Answer {
  /** The whole body, for paths that begin with `data`. */
  readonly body: JsonObject;
  readonly data: JsonObject;
  /** Errors beside the data; only with on_partial: keep. */
  readonly errors: readonly GraphqlError[];
}

export type JsonObject = { readonly [key: string]: JsonInput | undefined };

export interface GraphqlError {
  readonly message: string;
  readonly path: readonly (string | number)[] | undefined;
  readonly code: string | undefined;
  readonly extensions: JsonValue | undefined;
}

/** Sends one request after the rules of the step: limits, retries, waits, partial errors. */
export type Execute = (
  request: {
    readonly text: string;
    readonly operationName: string | undefined;
    readonly variables: Variables;
  },
  signal: AbortSignal,
) => Promise<Answer>;

export type Variables = Readonly<Record<string, JsonInput>>;
