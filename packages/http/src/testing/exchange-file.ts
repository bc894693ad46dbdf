import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { OsirisError } from "@osiris/core";
import type { StoredBody } from "./bodies.ts";

/** What was asked and what was answered, without secrets. */
export interface Exchange {
  readonly request: {
    readonly method: string;
    /** Path and query. */
    readonly path: string;
    readonly body: StoredBody;
  };
  readonly response: {
    readonly status: number;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly body: StoredBody;
  };
}

/** Exchanges with one server, in the order in which they began. */
export interface Recording {
  /** The URL that was recorded: origin and path. */
  readonly target: string;
  readonly exchanges: readonly Exchange[];
}

/** Writes a recording as JSON lines: the target, then an exchange each. */
export async function writeRecording(file: string, { target, exchanges }: Recording): Promise<void> {
  const lines = [{ target }, ...exchanges].map((line) => `${JSON.stringify(line)}\n`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, lines.join(""));
}

/** @throws OsirisError `http.recording_invalid` for a file that {@link writeRecording} has not written */
export async function readRecording(file: string): Promise<Recording> {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  try {
    const [first, ...exchanges] = lines.map((line) => JSON.parse(line) as unknown);
    const { target } = first as { readonly target: unknown };
    if (typeof target === "string") return { target, exchanges: exchanges as readonly Exchange[] };
  } catch (error) {
    throw invalid(file, error);
  }
  throw invalid(file);
}

function invalid(file: string, cause?: unknown): OsirisError {
  return new OsirisError({
    code: "http.recording_invalid",
    category: "usage",
    message: `${file} is no recording of exchanges`,
    cause,
  });
}
