import { statSync } from "node:fs";
import { dirname, join } from "node:path";

/** The nearest folder, from `from` upwards, that holds a file (or a folder) called `name`. */
export function findUpwards(
  from: string,
  name: string,
  kind: "file" | "folder" = "file",
): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = statSync(join(folder, name), { throwIfNoEntry: false });
    if (kind === "file" ? found?.isFile() === true : found?.isDirectory() === true) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}
