import { expect, test } from "vitest";
import { KnownSecrets } from "../src/index.ts";

function mask(text: string, ...secrets: readonly string[]): string {
  const known = new KnownSecrets();
  for (const secret of secrets) known.add(secret);
  return known.mask(text);
}

const SECRET = `o'Neil "ü" & 7`;

test.each([
  ["as it is", `x ${SECRET} y`],
  ["in JSON", `x ${JSON.stringify(SECRET).slice(1, -1)} y`],
  ["in SQL", `x ${SECRET.replaceAll("'", "''")} y`],
  ["in a URL", `x ${encodeURIComponent(SECRET)} y`],
  ["in base64", `x ${Buffer.from(SECRET).toString("base64")} y`],
  ["in base64 for URLs", `x ${Buffer.from(SECRET).toString("base64url")} y`],
  ["in base64 behind a byte", `x ${Buffer.from(`:${SECRET}`).toString("base64")} y`],
  ["in base64 between others", `x ${Buffer.from(`u:${SECRET} and more`).toString("base64")} y`],
  ["in hexadecimal", `x ${Buffer.from(SECRET).toString("hex")} y`],
  ["in a URL, in small letters", `x ${encodeURIComponent(SECRET).toLowerCase().replace("neil", "Neil")} y`],
  ["in a form", `x ${new URLSearchParams({ s: SECRET }).toString().slice(2)} y`],
  ["in JSON as ASCII", `x ${JSON.stringify(SECRET).slice(1, -1).replace("ü", "\\u00FC")} y`],
  ["in JSON in JSON", `x ${JSON.stringify(JSON.stringify(SECRET)).slice(3, -3)} y`],
  ["in a regular expression", `x ${SECRET.replaceAll(/\W/g, "\\$&")} y`],
  ["in a shell", `x ${SECRET.replaceAll("'", String.raw`'\''`)} y`],
  ["in HTML", `x ${SECRET.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("'", "&#x27;")} y`],
])("a secret is masked %s", (_, text) => {
  expect(mask(text, SECRET)).toBe("x *** y");
});

test("a secret of several lines is masked whole, and each of its lines", () => {
  const secret = "-- begin\nline one\n  line two\n";
  expect(mask(`a ${secret}b`, secret)).toBe("a ***b");
  expect(mask("a line two b", secret)).toBe("a *** b");
  expect(mask(`a ${Buffer.from(secret).toString("base64")} b`, secret)).toBe("a *** b");
});

test("the longer of two secrets wins, and one of two characters is none", () => {
  expect(mask("a secret-and-more b ab", "secret", "secret-and-more", "ab")).toBe("a *** b ab");
});

test.each([
  ["its start", "x o'Neil…", "x ***…"],
  ["its end", 'LINE 1: ...Neil "ü" & 7 y', "LINE 1: ...*** y"],
])("of a secret that is cut, %s is masked", (_, text, masked) => {
  expect(mask(text, SECRET)).toBe(masked);
});

test("a run id, a fingerprint or a moment is no secret, whatever it holds; all of it may be", () => {
  const id = "20261121T154106123Z-ab12cd";
  const fingerprint = `sha256:${"ab12cd34".repeat(8)}`;
  const text = `run ${id} of ${fingerprint} at 2026-11-21T15:41:06.123Z, in 2026 ab12cd34`;
  const masked = `run ${id} of ${fingerprint} at 2026-11-21T15:41:06.123Z, in *** ***`;
  expect(mask(text, "2026", "ab12cd34", "sha256", "ab12cd")).toBe(masked);
  expect(mask(`x ${id} ${fingerprint}`, id, fingerprint)).toBe("x *** ***");
});

test("a name is changed by long secrets only, and stays a name", () => {
  const known = new KnownSecrets();
  for (const secret of ["rows", "long_secret", "secret_and_more"]) known.add(secret);
  expect(known.maskName("rows_read")).toBe("rows_read");
  expect(known.maskName("a.long_secret_and_more.rows")).toBe("a.redacted.rows");
});

test("a secret that is no well-formed text is no error", () => {
  expect(mask("a pass\ud800word b", "pass\ud800word")).toBe("a *** b");
});
