import { isRecord } from "../is-record.ts";
import type { Report } from "../report.ts";
import type { Source } from "../yaml/source.ts";

/** What the first Osiris called these keys of a step. */
const OLD_NAMES: Readonly<Record<string, string>> = { uses: "component", with: "config" };

/** The document with today's names, and a warning for each old one. */
export function withTodaysNames(oml: unknown, source: Source, report: Report): unknown {
  const steps = isRecord(oml) ? oml["steps"] : undefined;
  if (!isRecord(oml) || !Array.isArray(steps)) return oml;
  return { ...oml, steps: steps.map((step: unknown, index) => renamed(step, index, source, report)) };
}

function renamed(step: unknown, index: number, source: Source, report: Report): unknown {
  if (!isRecord(step) || !Object.keys(OLD_NAMES).some((name) => Object.hasOwn(step, name))) return step;
  const path = ["steps", index];
  const result = new Map<string, unknown>();
  for (const [key, value] of Object.entries(step)) {
    const name = Object.hasOwn(OLD_NAMES, key) ? OLD_NAMES[key] : undefined;
    if (name === undefined) {
      result.set(key, value);
    } else if (Object.hasOwn(step, name)) {
      const message = `"${key}" is an old name of "${name}", which stands here too`;
      report.add("oml.both_names", source.spanOfKey([...path, key]), message, `Remove "${key}".`);
    } else {
      const message = `"${key}" is an old name of "${name}"`;
      report.add("oml.alias", source.spanOfKey([...path, key]), message, `Write "${name}".`);
      source.rename(path, key, name);
      result.set(name, value);
    }
  }
  return Object.fromEntries(result);
}
