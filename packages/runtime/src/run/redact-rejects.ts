import type { RejectWriter } from "@osiris/core";
import type { Redactor } from "./redactor.ts";

/** Keeps secrets out of rejects: they are shown to people and exported, unlike what is in tables. */
export function redactRejects(writer: RejectWriter, redactor: Redactor): RejectWriter {
  return {
    get rows() {
      return writer.rows;
    },
    add: (reject) => writer.add(redactor.value(reject)),
  };
}
