import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { OsirisError } from "@osiris/core";

/** Environment variables as steps see them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of `.env` in `folder`, where there is one; exported ones win. */
export function readEnvironment(folder: string, exported: Environment): Environment {
  const file = join(folder, ".env");
  if (!existsSync(file)) return exported;
  try {
    return { ...parseEnv(readFileSync(file, "utf8").replace(/^\uFEFF/, "")), ...exported };
  } catch (error) {
    throw new OsirisError({
      code: "environment.unreadable",
      category: "usage",
      message: `Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`,
      cause: error,
    });
  }
}
