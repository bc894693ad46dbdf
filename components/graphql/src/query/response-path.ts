import { compile } from "json-p3";
import { didYouMean, type Problems } from "./problems.ts";
import type { ResponsePath } from "./query-plan.ts";
import { nameOf, type Selected } from "./selection.ts";

/** A place in the answer, as a config names it. */
export interface DataPath {
  /** Set when it is a chain of names. */
  readonly path: ResponsePath | undefined;
  readonly jsonPath: string;
  /** What the query selects there, where that is known. */
  readonly selected: Selected | undefined;
}

const CHAIN = /^\$?\.?([A-Za-z_]\w*(?:\[\*\])?(?:\.[A-Za-z_]\w*(?:\[\*\])?)*)$/;

/** The response keys of `data.movies.nodes`, also as `$.data.movies.edges[*].node`; undefined for other JSONPaths. */
export function chainOfNames(text: string): ResponsePath | undefined {
  return CHAIN.exec(text.trim())?.[1]?.replaceAll("[*]", "").split(".");
}

/** Reads `data_path`; undefined when it is wrong, which is then among the problems. */
export function readDataPath(text: string, root: Selected, problems: Problems): DataPath | undefined {
  const path = chainOfNames(text);
  const written = text.trim();
  const jsonPath = written.startsWith("$") ? written : `$.${written}`;
  if (path === undefined) {
    return isJsonPath(jsonPath, problems) ? { path, jsonPath, selected: undefined } : undefined;
  }
  if (path[0] === "extensions") return { path, jsonPath, selected: undefined };
  const selected = selectedAt(path, root, "/data_path", problems);
  return selected && { path, jsonPath, selected };
}

function isJsonPath(text: string, problems: Problems): boolean {
  try {
    compile(text);
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const hint = "Write a chain of names, such as data.movies.nodes, or a JSONPath (RFC 9535).";
    problems.add("/data_path", `It is no JSONPath: ${why}`, hint);
    return false;
  }
}

/**
 * What the query selects at a place of the answer.
 * @param pointer the config field that names it, for the problem when the query does not select it
 */
export function selectedAt(
  path: ResponsePath,
  root: Selected,
  pointer: string,
  problems: Problems,
): Selected | undefined {
  const [first, ...rest] = path;
  if (first !== root.key) {
    const hint = `Begin with data, as the answer does: ${["data", ...path].join(".")}.`;
    problems.add(pointer, `There is no "${first ?? ""}" in the answer`, hint);
    return undefined;
  }
  return selectedIn(rest, root, pointer, problems);
}

/** As {@link selectedAt}, from an object of the answer. */
export function selectedIn(
  path: ResponsePath,
  from: Selected,
  pointer: string,
  problems: Problems,
): Selected | undefined {
  let at = from;
  for (const key of path) {
    const next = at.children.get(key);
    if (next === undefined) {
      const message = `The query does not select "${key}" in ${nameOf(at)}`;
      problems.add(pointer, message, didYouMean(key, at.children.keys()));
      return undefined;
    }
    at = next;
  }
  return at;
}
