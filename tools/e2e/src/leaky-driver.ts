import { driverPackage, projectManifest } from "./driver-package.ts";

/**
 * A driver that says every secret it has wherever it can; `how` in its config tells where. `secrets` are all values, as a
 * client library would know them; `forms` each of them as libraries write them.
 */
const HEAD = `
import { inspect } from "node:util";
const reveal = (value) => typeof value?.reveal === "function" ? [value.reveal()]
  : typeof value === "string" ? [value] : typeof value === "object" && value !== null ? Object.values(value).flatMap(reveal) : [];
const ascii = (text) => JSON.stringify(text).replaceAll(/[\\u0080-\\uffff]/g, (c) => "\\\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
const lower = (text) => text.replaceAll(/%../g, (c) => c.toLowerCase());
const b64 = (text, kind = "base64") => Buffer.from(text).toString(kind);
const formsOf = (text) => [text, JSON.stringify({ text }), JSON.stringify(JSON.stringify({ text })), ascii(text), inspect({ text }),
  encodeURIComponent(text), lower(encodeURIComponent(text)), new URLSearchParams({ text }).toString(), b64(text), b64("u:" + text), b64("user" + text + "x"),
  b64("u" + text, "base64url"), "Basic " + b64("user:" + text), Buffer.from(text).toString("hex"), "'" + text.replaceAll("'", "''") + "'",
  text.replaceAll(/[.*+?^\${}()|[\\]\\\\]/g, "\\\\$&"), text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("'", "&#39;"), lower(encodeURIComponent(b64(text)))];
const literal = (text) => "'" + text.replaceAll("'", "''") + "'";
`;

const OK = 'await ctx.createTableAs("SELECT 1 AS a"); return { rows: 1 };';

/** Ways to say secrets, as bodies of functions of \`{ secrets, forms, config, ctx }\`. */
export const WAYS: Readonly<Record<string, string>> = {
  "in logs": `for (const form of forms) ctx.log("warn", "the key is " + form, { form, [form]: 1, deep: [{ form }] }); ${OK}`,
  "in events": `for (const form of forms) ctx.event("connected", { form, [form]: { form }, list: [form] }); ${OK}`,
  "in names": `for (const secret of secrets.filter((text) => /^[a-z0-9_.]{8,}$/.test(text))) {
      ctx.event("e." + secret); ctx.metric("m." + secret + ".x", 1, secret);
    } ${OK}`,
  "in rejects": `const rejects = await ctx.openRejects();
    for (const form of forms) { rejects.add({ row: { form, [form]: [form] }, reason: form, source: form }); rejects.add({ row: form, reason: "r" }); } ${OK}`,
  "in a schema event": `ctx.event("schema", { table: "x", columns: forms.map((form) => ({ name: form, type: "T", reason: form })) }); ${OK}`,
  "as Secrets": `const s = config.password; console.log(s, [s], { s }, String(s), JSON.stringify({ s }), inspect(s, { showHidden: true, depth: 9 }), \`\${s}\`);
    console.error(s); ctx.log("info", String(s), { s }); ctx.event("shown", { s, all: config }); ${OK}`,
  "in an error": `throw new Error(forms.join("\\n"));`,
  "in an error of ours": `throw Object.assign(new Error("x"), { [Symbol.for("osiris.error")]: true, code: forms[0], category: forms[0], message: forms.join(), hint: forms.join(), retryable: forms[0], cause: new Error(forms[0]) });`,
  "in an error's code": `throw Object.assign(new Error("x"), { [Symbol.for("osiris.error")]: true, code: "db." + process.env.NAME_PASSWORD, category: "data", retryable: false });`,
  "as a thrown text": "throw forms.join(' ');",
  "as a thrown object": "throw Object.assign(Object.create(null), { forms, secrets });",
  "in an error nobody awaits": `void Promise.reject(new Error(forms.join(" "))); await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(ctx.signal.reason)));`,
  "in SQL that fails": `await ctx.query("SELECT " + secrets.map(literal).join(" || ") + " || no_such_column FROM range(1)");`,
  "in SQL that does not parse": `await ctx.query("SELECT 1 AS " + "padding_".repeat(12) + ", " + secrets.map(literal).join(", ") + " FORM x");`,
  "in a value that does not fit": `await ctx.query("SELECT " + literal(secrets[0]) + "::INTEGER");`,
  "in a table's name": `await ctx.query('FROM "' + secrets.join(" ").replaceAll('"', '""') + '"');`,
  "in an output's name": `await ctx.createTable([{ name: "a", type: "INTEGER" }], { output: secrets.join(" ") });`,
  "in a type": `await ctx.createTable([{ name: "a", type: secrets[0] }]);`,
  "in a cell": `const table = await ctx.createTable([{ name: "a", type: "INTEGER" }]); table.append({ a: secrets.join(" ") });`,
  "in a column": `const table = await ctx.createTable([{ name: "a", type: "INTEGER" }]); table.append({ [secrets[0]]: 1 });`,
  "in an event's name": `ctx.event(forms.join(" "));`,
  "in a metric's value": `ctx.metric("m", secrets.join(" "));`,
  "in a path": `ctx.partialPath("/x/" + secrets.join(" "));`,
  "in a statement during a stream": `const c = await ctx.connect();
    for await (const _ of c.stream("FROM range(100000)")) await c.run("SELECT  " + literal(secrets[0]) + " || " + secrets.map(literal).join("||"));`,
  "when it is cancelled": `for (const form of forms) ctx.log("info", form);
    process.stderr.write("ready to stop\\n");
    await new Promise((_, reject) => ctx.signal.addEventListener("abort", () => reject(new Error(forms.join(" ")))));`,
};

/** The package, and a project that depends on it. Its secrets are those of the config, and the variables named in LEAKY. */
export function leakyDriver(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const ways = Object.entries(WAYS).map(
    ([how, body]) => `${JSON.stringify(how)}: async ({ secrets, forms, config, ctx }) => { ${body} }`,
  );
  const head = `${HEAD}\nconst ways = { ${ways.join(",\n")} };`;
  const run = `const { how, ...rest } = config;
    const secrets = [...process.env.LEAKY.split(" ").map((name) => process.env[name]), ...reveal(config.api_token)];
    return ways[how]({ secrets, forms: [...secrets, ...reveal(rest)].flatMap(formsOf), config: rest, ctx });`;
  return {
    "package.json": projectManifest("osiris-driver-leaky"),
    ...driverPackage(
      "osiris-driver-leaky",
      [{ name: "leaky.extractor", mode: "extract", inputs: "none", run, spec }],
      {
        head,
      },
    ),
  };
}
