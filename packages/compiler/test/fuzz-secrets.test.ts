import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { compile, renderFinding, type CompileRequest, type Finding } from "../src/index.ts";
import { components, CONNECTIONS, PIPELINE } from "./fuzz/components.ts";
import { parameters, TIMEOUT_MS } from "./fuzz/runs.ts";

/** A file with a text in it, and the text as the user of that place has to write it. */
interface Place {
  readonly inFile: (yaml: string) => Pick<CompileRequest, "text"> & Partial<CompileRequest>;
  /** Nothing but the rest of the file tells that it is a secret. */
  readonly harmless?: boolean;
  /** Undefined where it cannot be written so. */
  readonly written?: (secret: string) => string | undefined;
}

const step = (config: string): string =>
  `${PIPELINE}  - { id: more, component: acme.reader, mode: read, config: { path: x, host: h, ${config} } }\n`;
const sqlStep = (query: string): string =>
  `${PIPELINE}  - { id: more, component: acme.sql, mode: transform, nope: 1, config: { query: ${query}, nope: 1 } }\n`;
const connection = (field: string): Pick<CompileRequest, "text" | "connections"> => ({
  text: PIPELINE,
  connections: { text: `${CONNECTIONS}    more: { ${field}, nope: 1 }\n`, file: "osiris_connections.yaml" },
});

/** As it is where a URL parser takes it so, else escaped. */
function inUrl(secret: string, url: (part: string) => string, read: (url: URL) => string | null): string {
  const raw = url(secret);
  const parsed = URL.canParse(raw) ? read(new URL(raw)) : undefined;
  return parsed === secret ? raw : url(encodeURIComponent(secret));
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

const userInfo = (secret: string): string =>
  inUrl(
    secret,
    (part) => `postgres://user:${part}@db.example.com/shop`,
    ({ password }) => decoded(password),
  );
const apiKey = (secret: string): string =>
  inUrl(
    secret,
    (part) => `https://api.example.com/v1?page=1&api_key=${part}`,
    ({ searchParams }) => searchParams.get("api_key"),
  );
const libpq = (secret: string): string =>
  /^[^\s'"\\]+$/.test(secret)
    ? `host=db user=me password=${secret} port=5432`
    : `host=db password='${secret.replaceAll(/['\\]/g, "\\$&")}' user=me`;
const odbc = (secret: string): string =>
  /^[^\s;{}"',&=][^;{}]*$/.test(secret)
    ? `Driver=ODBC;Server=db;Uid=me;Pwd=${secret};Port=1`
    : `Server=db;Uid=me;Pwd={${secret.replaceAll("}", "}}")}};Port=1`;
const createUser = (secret: string): string =>
  `CREATE USER me IDENTIFIED BY '${secret.replaceAll("'", "''")}' WITH GRANT`;
const attach = (secret: string): string | undefined =>
  /^[^\s'"\\;&,]+$/.test(secret) ? `ATTACH 'host=db password=${secret}' AS db (TYPE postgres)` : undefined;

const PLACES: Readonly<Record<string, Place>> = {
  "a field that the spec declares": { inFile: (yaml) => ({ text: step(`auth: { key: ${yaml} }, nope: 1`) }) },
  "a field of the connection's": { inFile: (yaml) => ({ text: step(`password: ${yaml}, nope: 1`) }) },
  "a header": { inFile: (yaml) => ({ text: step(`headers: { X-Anything: ${yaml}, Accept: [] }`) }) },
  "a URL with a user": { inFile: (yaml) => ({ text: step(`url: ${yaml}, nope: 1`) }), written: userInfo },
  "a URL with an API key": { inFile: (yaml) => ({ text: step(`url: ${yaml}, nope: 1`) }), written: apiKey },
  "a connection string of libpq": {
    inFile: (yaml) => ({ text: step(`dsn: ${yaml}, nope: 1`) }),
    written: libpq,
  },
  "a connection string of ODBC": {
    inFile: (yaml) => ({ text: step(`dsn: ${yaml}, nope: 1`) }),
    written: odbc,
  },
  "SQL that makes a user": { inFile: (yaml) => ({ text: sqlStep(yaml) }), written: createUser },
  "SQL that attaches a database": { inFile: (yaml) => ({ text: sqlStep(yaml) }), written: attach },
  "a parameter's default": {
    inFile: (yaml) => ({
      text: PIPELINE.replace(
        "  db_password:",
        () => `  api_token: { type: string, default: ${yaml}, max: 1 }\n  db_password:`,
      ),
    }),
  },
  "a parameter's values": {
    inFile: (yaml) => ({
      text: PIPELINE.replace(
        "  all: false",
        () => `  all: false\n  api_token: { type: string, default: x, enum: [${yaml}, y] }`,
      ),
    }),
  },
  "a bare parameter": {
    inFile: (yaml) => ({
      text: PIPELINE.replace("  all: false", () => `  all: nope\n  client_secret: ${yaml}`),
    }),
  },
  "a parameter under a harmless name": {
    harmless: true,
    inFile: (yaml) => ({
      text: step('auth: { key: "${params.word}" }').replace(
        "  all: false",
        () => `  all: false\n  word: { default: ${yaml}, type: string, nope: 1 }`,
      ),
    }),
  },
  "a profile": {
    inFile: (yaml) => ({
      text: PIPELINE.replace("  test: {}", () => `  test: { params: { db_password: ${yaml}, nope: 1 } }`),
    }),
  },
  metadata: {
    inFile: (yaml) => ({ text: PIPELINE.replace("ticket:", () => `smtp: { password: ${yaml} }, ticket:`) }),
  },
  "a key that means nothing": {
    inFile: (yaml) => ({ text: `${PIPELINE}connections: { acme: { main: { password: ${yaml} } } }\n` }),
  },
  "a step without a known component": {
    inFile: (yaml) => ({ text: step(`password: ${yaml}`).replace(/acme\.reader(?=.*host: h)/, "acme.nope") }),
  },
  "a step with a wrong mode": {
    inFile: (yaml) => ({ text: step(`password: ${yaml}`).replace(/mode: read(?=.*host: h)/, "mode: nope") }),
  },
  "a connection's field": { inFile: (yaml) => connection(`password: ${yaml}`) },
  "a connection's URL": { inFile: (yaml) => connection(`url: ${yaml}`), written: userInfo },
  "a connection that is only a URL": {
    inFile: (yaml) => ({
      ...connection("host: h"),
      connections: { text: `${CONNECTIONS}    odd: ${yaml}\n`, file: "osiris_connections.yaml" },
    }),
    written: userInfo,
  },
  "an alias of YAML": {
    harmless: true,
    inFile: (yaml) => ({
      text: step("auth: { key: *secret }").replace("owner:", () => `harmless: &secret ${yaml}, owner:`),
    }),
  },
};

/** The ways in which YAML writes a text. A plain one may turn out to be something else, or to break the file. */
const STYLES: Readonly<Record<string, (text: string) => string>> = {
  double: (text) => JSON.stringify(text),
  single: (text) => `'${text.replaceAll("'", "''")}'`,
  plain: (text) => text,
};

const CHARACTERS = `abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"' @:/#%?&=\\,;{}[]!*|>~^$<+-_.\``;
const secret = fc
  .string({ unit: fc.constantFrom(...Array.from(CHARACTERS)), minLength: 4, maxLength: 30 })
  .filter((text) => /[a-z0-9].*[a-z0-9]/i.test(text) && !text.includes("${"));

const shown = (findings: readonly Finding[]): string =>
  findings
    .flatMap((finding) => [finding.message, finding.hint ?? "", finding.excerpt.text, renderFinding(finding)])
    .join("\n");

/** How the secret may look in what is shown. */
const forms = (text: string): readonly string[] => [
  text,
  JSON.stringify(text).slice(1, -1),
  text.replaceAll("'", "''"),
  text.replaceAll(/['\\]/g, "\\$&"),
  text.replaceAll("}", "}}"),
  encodeURIComponent(text),
];

const findingsOf = async (
  request: Pick<CompileRequest, "text"> & Partial<CompileRequest>,
  broken: boolean,
) => {
  const connections = request.connections ?? { text: CONNECTIONS, file: "osiris_connections.yaml" };
  const breakIt = (text: string): string => (broken ? `${text}  bad: [` : text);
  const inConnections = request.connections !== undefined;
  const result = await compile({
    ...request,
    text: inConnections ? request.text : breakIt(request.text),
    connections: inConnections ? { ...connections, text: breakIt(connections.text) } : connections,
    file: "pipeline.yaml",
    components,
  });
  return result;
};

test(
  "a secret that is written out keeps a pipeline from compiling, and is shown nowhere",
  { timeout: TIMEOUT_MS },
  async () => {
    const place = fc.constantFrom(...Object.entries(PLACES));
    const style = fc.constantFrom(...Object.entries(STYLES));
    await fc.assert(
      fc.asyncProperty(
        place,
        style,
        fc.boolean(),
        secret,
        async ([, { inFile, written, harmless }], [kind, quoted], broken, text) => {
          const value = written === undefined ? text : written(text);
          fc.pre(value !== undefined);
          const yaml = quoted(value ?? "");
          // Without quotes it may break the file, or be another text to everyone who reads it.
          const read = kind === "plain" ? meaning(yaml) : yaml;
          fc.pre(read === yaml || (read === BROKEN && harmless !== true));
          const control = await findingsOf(inFile(quoted("Zq7kkPW")), broken);
          fc.pre(forms(text).every((form) => !shown(control.findings).includes(form)));
          const result = await findingsOf(inFile(yaml), broken);
          expect(result.ok).toBe(false);
          expect(forms(text).filter((form) => shown(result.findings).includes(form))).toEqual([]);
        },
      ),
      parameters(600),
    );
  },
);

const BROKEN = "not YAML";

/** What YAML makes of a plain text: the text, another one, or nothing. */
function meaning(yaml: string): string | undefined {
  try {
    const { a } = parse(`{ a: ${yaml}, b: 1 }`, { logLevel: "error" }) as { readonly a: unknown };
    return typeof a === "string" ? a : undefined;
  } catch {
    return BROKEN;
  }
}

test("a secret in a block of text is shown nowhere either", { timeout: TIMEOUT_MS }, async () => {
  await fc.assert(
    fc.asyncProperty(secret, fc.boolean(), async (text, broken) => {
      const block = stringify({ config: { password: `${text}\n${text}`, nope: 1 } }).replaceAll(
        /^/gm,
        "    ",
      );
      const more = `  - id: more\n    component: acme.reader\n    mode: read\n${block}\n`;
      const result = await findingsOf({ text: PIPELINE + more }, broken);
      expect(result.ok).toBe(false);
      expect(
        forms(text).filter((form) => shown(result.findings).includes(form) && !PIPELINE.includes(form)),
      ).toEqual([]);
    }),
    parameters(60),
  );
});
