import type { ComponentSpec } from "@osiris/core";
import { replaceReferences, type Reference } from "../references.ts";
import { pointerToPath } from "../schema-check.ts";

type Config = Readonly<Record<string, unknown>>;

/** The config fields that name a server or hold its URL. */
export function hostFields(spec: ComponentSpec): readonly string[] {
  return (spec.hosts ?? []).map((pointer) => String(pointerToPath(pointer)[0]));
}

/**
 * The servers that a config field names, as `host:port`. Never user info, path or query: they may hold secrets. A bare
 * name gets the port that stands beside it in the config.
 */
export function hostsIn(field: string, config: Config): readonly string[] {
  const texts = [config[field]].flat().filter((value) => typeof value === "string" && value !== "");
  return texts.map((text) => addressOf(String(text), config["port"]) ?? `(set in ${field})`);
}

/** Stands for a reference while an address is taken apart: it matches no delimiter. */
const OPAQUE = "\uFFFC";
/** A scheme, then all before a path, a query, or the parameters of a connection string. */
const AUTHORITY = /^(?<scheme>[^/?#@]*?:\/\/)?(?<authority>[^/?#\\;]*)/;
const HOSTS = /^[\p{L}\p{N}\p{M}\uFFFC._:,[\]%*-]+$/u;
const PORT = /^(\d+|\$\{[A-Z_][A-Z0-9_]*(:-\d*)?\})$/;

/** Undefined for a text that names its server in another way, such as a connection string. */
function addressOf(text: string, port?: unknown): string | undefined {
  const references: string[] = [];
  const masked = replaceReferences(text, (reference) => {
    references.push(referenceText(reference));
    return OPAQUE;
  });
  const restored = (part: string): string => part.replaceAll(OPAQUE, () => references.shift() ?? "");
  const { scheme = "", authority = "" } = AUTHORITY.exec(masked)?.groups ?? {};
  // A socket's file.
  if (authority === "") return restored(masked.replace(/[?#].*$/s, ""));
  const start = authority.lastIndexOf("@") + 1;
  const host = authority.slice(start);
  if (!HOSTS.test(host)) return undefined;
  references.splice(0, (scheme + authority.slice(0, start)).split(OPAQUE).length - 1);
  const isBare = scheme === "" && !host.includes(":");
  return restored(host) + (isBare && PORT.test(String(port)) ? `:${String(port)}` : "");
}

/** A fallback may be a URL itself. */
function referenceText(reference: Reference): string {
  if (reference.kind !== "env") return "…";
  const fallback = addressOf(reference.fallback ?? "");
  return fallback === undefined || fallback === ""
    ? `\${${reference.name}}`
    : `\${${reference.name}:-${fallback}}`;
}
