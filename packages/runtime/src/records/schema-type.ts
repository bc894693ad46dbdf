import type { Column } from "@osiris/core";
import type { RecordedError } from "../run/run-record.ts";

/** The TypeScript type of the values that match a schema, for the few forms that the tables of records use. */
export type TypeOf<S> = S extends { readonly $ref: `#/$defs/${infer D extends keyof SharedTypes}` }
  ? SharedTypes[D]
  : S extends { readonly const: infer C }
    ? C
    : S extends { readonly enum: readonly (infer E)[] }
      ? E
      : S extends { readonly type: "string" }
        ? string
        : S extends { readonly type: "integer" }
          ? number
          : S extends { readonly type: "array"; readonly items: infer I }
            ? readonly TypeOf<I>[]
            : S extends { readonly required: readonly (infer R)[]; readonly properties: infer P }
              ? ObjectOf<P, R>
              : never;

/** An object whose fields match the schemas in P; those named in R are there in any case. */
export type ObjectOf<P, R> = { readonly [K in keyof P as K extends R ? K : never]: TypeOf<P[K]> } & {
  readonly [K in keyof P as K extends R ? never : K]?: TypeOf<P[K]>;
};

/** What the shared definitions in shared-schemas.ts stand for. */
interface SharedTypes {
  readonly run_id: string;
  readonly fingerprint: string;
  readonly count: number;
  readonly column: Column;
  readonly error: RecordedError;
}
